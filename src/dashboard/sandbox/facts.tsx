import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { SandboxView } from '../../contract/sandbox-view.ts';
import { duration, fullTime, mebibytes } from '../format.ts';
import { Icon } from '../parts/icon.tsx';

/** What it was started from and with. */
export function Facts({ view }: { readonly view: SandboxView }) {
  const { resources, labels, start, envNames } = view;
  return (
    <div class="panel">
      <h2>Facts</h2>
      <dl class="facts">
        <Fact name="Template">{view.template ?? '—'}</Fact>
        <Fact name="Image">
          <code class="cut" title={view.imageDigest ?? view.image}>
            {view.image}
          </code>
        </Fact>
        <Fact name="Size">
          {resources.cpus} cpu · {mebibytes(resources.memoryMb)} · {resources.pids} processes
          {resources.diskMb !== null && ` · ${mebibytes(resources.diskMb)} disk`}
        </Fact>
        <Fact name="Network">{view.network.internet ? 'internet' : 'closed'}</Fact>
        <Fact name="Runtime">
          {view.runtime} on {view.engine}
        </Fact>
        <Fact name="Labels">
          {Object.entries(labels)
            .map(([name, value]) => `${name}:${value}`)
            .join(', ') || '—'}
        </Fact>
        <Fact name="Environment">{envNames?.join(', ') || '—'}</Fact>
        <Fact name="Created">{fullTime(view.createdAt)}</Fact>
        <Fact name="Run">
          {view.incarnation}
          {start !== null && ` · ${start.path} start in ${duration(start.durationMs)}`}
        </Fact>
        {view.tenant !== null && <Fact name="Tenant">{view.tenant}</Fact>}
      </dl>
      <OpenPort view={view} />
    </div>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A page that is served inside, in a tab of its own that cannot reach back. */
function OpenPort({ view }: { readonly view: SandboxView }) {
  const port = useSignal('8000');
  if (view.state !== 'running') return null;
  const url = (view.urls.port ?? view.urls.path).replace('{port}', port.value);
  return (
    <form class="inline-form" onSubmit={(event) => event.preventDefault()}>
      <label>
        Port{' '}
        <input
          type="number"
          min={1}
          max={65535}
          value={port.value}
          onInput={(event) => {
            port.value = event.currentTarget.value;
          }}
        />
      </label>
      <a class="button" href={url} target="_blank" rel="noopener noreferrer">
        <Icon name="link" /> Open
      </a>
    </form>
  );
}
