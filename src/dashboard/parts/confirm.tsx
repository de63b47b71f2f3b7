import { signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface Question {
  readonly title: string;
  readonly text: string;
  /** What the button does, as a verb. */
  readonly verb: string;
  readonly isDangerous?: boolean;
}

interface Asked extends Question {
  readonly answer: (isYes: boolean) => void;
}

const asked = signal<Asked | null>(null);

/** Asks the reader; false when they think better of it. */
export function confirm(question: Question): Promise<boolean> {
  asked.peek()?.answer(false);
  return new Promise((resolve) => {
    asked.value = { ...question, answer: resolve };
  });
}

/** Where questions appear: once, at the end of the page. */
export function ConfirmDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  const question = asked.value;
  useLayoutEffect(() => {
    if (question !== null) dialog.current?.showModal();
  }, [question]);
  if (question === null) return null;
  const settle = (isYes: boolean) => {
    asked.value = null;
    question.answer(isYes);
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby="question" onClose={() => settle(false)}>
      <h2 id="question">{question.title}</h2>
      <p>{question.text}</p>
      <div class="buttons">
        <button type="button" class="button" onClick={() => settle(false)}>
          Cancel
        </button>
        <button
          type="button"
          class={`button ${question.isDangerous ? 'danger' : 'primary'}`}
          onClick={() => settle(true)}
        >
          {question.verb}
        </button>
      </div>
    </dialog>
  );
}
