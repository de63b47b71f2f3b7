import { useState } from 'preact/hooks';
import { startSandbox } from '../api/start-sandbox.ts';
import { noteAnswer } from '../live/feed.ts';
import { goTo, place } from '../navigation.ts';
import { errorMessage, fieldErrors } from '../parts/error-text.ts';
import { connection } from '../session.ts';
import { StartFields } from './start-fields.tsx';
import { EMPTY_FORM, type StartForm, wishOf } from './start-form.ts';

/** Starts a sandbox, and goes to its page at once. */
export function StartPage() {
  const [form, setForm] = useState<StartForm>({ ...EMPTY_FORM, template: place.value.query.get('template') ?? 'base' });
  const [failure, setFailure] = useState<unknown>(undefined);
  const [isBusy, setBusy] = useState(false);
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
        {failure !== undefined && <Refusal failure={failure} />}
        <StartFields form={form} change={(part) => setForm({ ...form, ...part })} />
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

function Refusal({ failure }: { readonly failure: unknown }) {
  return (
    <div class="refusal" role="alert">
      <p>{errorMessage(failure)}</p>
      <ul>
        {[...fieldErrors(failure)].map(([path, message]) => (
          <li key={path}>
            <b>{path.replace(/^body\./, '')}</b> {message}
          </li>
        ))}
      </ul>
    </div>
  );
}
