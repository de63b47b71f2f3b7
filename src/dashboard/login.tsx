import { useSignal } from '@preact/signals';
import { errorMessage } from './parts/error-text.ts';
import { Hourglass } from './parts/hourglass.tsx';
import { endedBecause, signIn } from './session.ts';

/** Asks for an API key, and for nothing else. */
export function Login() {
  const key = useSignal('');
  const isBusy = useSignal(false);
  const refusal = useSignal<string | null>(endedBecause.value);
  const submit = async (event: Event) => {
    event.preventDefault();
    isBusy.value = true;
    try {
      await signIn(key.value.trim());
    } catch (error) {
      refusal.value = errorMessage(error);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <main class="login">
      <form onSubmit={(event) => void submit(event)}>
        <p class="brand">
          <Hourglass /> <span>Sandglass</span>
        </p>
        <h1>Sign in</h1>
        <label class="field">
          <span>API key</span>
          <input
            type="password"
            name="key"
            autocomplete="current-password"
            spellcheck={false}
            placeholder="e2b_…"
            required
            value={key.value}
            onInput={(event) => {
              key.value = event.currentTarget.value;
            }}
          />
        </label>
        {refusal.value !== null && (
          <p class="refusal" role="alert">
            {refusal.value}
          </p>
        )}
        <button type="submit" class="button primary wide" disabled={isBusy.value}>
          {isBusy.value ? 'Asking…' : 'Sign in'}
        </button>
        <p class="muted small">
          The first key is in <code>data/admin.key</code> beside the service. It is kept in this tab only, and gone when
          you close it.
        </p>
      </form>
    </main>
  );
}
