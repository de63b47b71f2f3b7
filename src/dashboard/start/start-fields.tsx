import { listTemplates } from '../api/operations-calls.ts';
import { usePolled } from '../parts/polled.ts';
import { connection } from '../session.ts';
import { Choice, Field } from './field.tsx';
import type { StartForm } from './start-form.ts';

const TIMEOUTS = [
  { title: 'as the installation says', value: '' },
  { title: '5 minutes', value: '300' },
  { title: '30 minutes', value: '1800' },
  { title: '1 hour', value: '3600' },
  { title: '8 hours', value: '28800' },
  { title: '1 day', value: '86400' },
  { title: 'never', value: 'none' },
];
const ON_TIMEOUT = [
  { title: 'stop: files are kept', value: 'stop' },
  { title: 'pause: freeze it', value: 'pause' },
  { title: 'delete', value: 'delete' },
];
const NETWORKS = [
  { title: 'internet', value: 'yes' },
  { title: 'closed', value: 'no' },
];
const COMMAND_HINT = 'words by spaces, or a JSON list; its exit ends the sandbox. Empty: it idles';

interface StartFieldsProps {
  readonly form: StartForm;
  readonly change: (part: Partial<StartForm>) => void;
}

/** All that a start may be asked for here. */
export function StartFields({ form, change }: StartFieldsProps) {
  const field = (name: keyof StartForm) => ({
    value: form[name],
    change: (value: string) => change({ [name]: value }),
  });
  return (
    <>
      <fieldset>
        <legend>From</legend>
        <TemplateChoice {...field('template')} />
        {form.template === '' && (
          <Field label="Image" {...field('image')} hint="name:tag" placeholder="python:3.12-slim" isRequired />
        )}
        <Field label="Main process" {...field('command')} hint={COMMAND_HINT} />
        <Field label="Id" {...field('id')} hint="a-z and 0-9; chosen for you when empty" />
      </fieldset>
      <fieldset>
        <legend>Lifetime</legend>
        <Choice label="Timeout" {...field('timeout')} options={TIMEOUTS} />
        <Choice label="Then" {...field('onTimeout')} options={ON_TIMEOUT} />
        <Field label="Idle timeout (seconds)" {...field('idle')} type="number" hint="empty: none" />
      </fieldset>
      <fieldset>
        <legend>Size</legend>
        <Field label="Cpus" {...field('cpus')} type="number" step="any" hint="empty: of the template" />
        <Field label="Memory (MiB)" {...field('memoryMb')} type="number" hint="empty: of the template" />
        <Choice label="Network" {...field('internet')} options={NETWORKS} />
      </fieldset>
      <fieldset class="halves">
        <legend>More</legend>
        <Field label="Labels" {...field('labels')} isLong hint="name:value, one a line" placeholder="project:demo" />
        <Field
          label="Environment"
          {...field('env')}
          isLong
          hint="NAME=value, one a line; values are never shown again"
        />
      </fieldset>
    </>
  );
}

interface TemplateChoiceProps {
  readonly value: string;
  readonly change: (value: string) => void;
}

function TemplateChoice(props: TemplateChoiceProps) {
  const { value: templates = [] } = usePolled({
    key: 'templates',
    everyMs: null,
    ask: (signal) => listTemplates(connection(), signal),
  });
  const options = templates.map(({ name }) => ({ title: name, value: name }));
  return <Choice label="Template" {...props} options={[...options, { title: 'none: an image', value: '' }]} />;
}
