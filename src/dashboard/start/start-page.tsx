import { useState } from 'preact/hooks';
import { listTemplates } from '../api/operations-calls.ts';
import { startSandbox } from '../api/start-sandbox.ts';
import { noteAnswer } from '../live/feed.ts';
import { goTo, place } from '../navigation.ts';
import { errorMessage, fieldErrors } from '../parts/error-text.ts';
import { usePolled } from '../parts/polled.ts';
import { connection } from '../session.ts';
import { Choice, Field } from './field.tsx';
import { EMPTY_FORM, type StartForm, wishOf } from './start-form.ts';

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

/** Starts a sandbox, and goes to its page at once. */
export function StartPage() {
  const [form, setForm] = useState<StartForm>({ ...EMPTY_FORM, template: place.value.query.get('template') ?? 'base' });
  const [failure, setFailure] = useState<unknown>(undefined);
  const [isBusy, setBusy] = useState(false);
  const templates = usePolled({
    key: 'templates',
    everyMs: null,
    ask: (signal) => listTemplates(connection(), signal),
  });
  const names = (templates.value ?? []).map(({ name }) => name);
  const told = fieldErrors(failure);
  const field = (name: keyof StartForm) => ({
    value: form[name],
    change: (value: string) => setForm({ ...form, [name]: value }),
  });
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFailure(undefined);
    try {
      const view = await startSandbox(connection(), wishOf(form));
      noteAnswer(view);
      goTo(`/sandboxes/${view.id}`);
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class="page start-page" aria-labelledby="title">
      <header class="page-head">
        <h1 id="title">Start a sandbox</h1>
      </header>
      <form onSubmit={(event) => void submit(event)}>
        {failure !== undefined && (
          <div class="refusal" role="alert">
            <p>{errorMessage(failure)}</p>
            {told.size > 0 && (
              <ul>
                {[...told].map(([path, message]) => (
                  <li key={path}>
                    <b>{path.replace(/^body\./, '')}</b> {message}
                  </li>
                ))}
              </ul>
            )}
          </div>
        )}
        <fieldset>
          <legend>From</legend>
          <Choice
            label="Template"
            {...field('template')}
            options={[...names.map((name) => ({ title: name, value: name })), { title: 'none: an image', value: '' }]}
          />
          {form.template === '' && (
            <Field
              label="Image"
              {...field('image')}
              hint="name:tag, as Docker knows it"
              placeholder="python:3.12-slim"
              isRequired
            />
          )}
          <Field
            label="Main process"
            {...field('command')}
            hint="words by spaces, or a JSON list; its exit ends the sandbox. Empty: it idles"
          />
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
          <Choice
            label="Network"
            {...field('internet')}
            options={[
              { title: 'internet', value: 'yes' },
              { title: 'closed', value: 'no' },
            ]}
          />
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
        <div class="buttons">
          <a class="button" href="#/sandboxes">
            Cancel
          </a>
          <button type="submit" class="button primary" disabled={isBusy}>
            {isBusy ? 'Starting…' : 'Start'}
          </button>
        </div>
      </form>
    </section>
  );
}
