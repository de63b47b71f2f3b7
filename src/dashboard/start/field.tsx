import { useId } from 'preact/hooks';

interface FieldProps {
  readonly label: string;
  readonly value: string;
  readonly change: (value: string) => void;
  readonly hint?: string;
  readonly placeholder?: string;
  readonly type?: 'text' | 'number';
  readonly step?: string;
  readonly isLong?: boolean;
  readonly isRequired?: boolean;
}

/** A line to write in, or several. */
export function Field({
  label,
  value,
  change,
  hint,
  placeholder,
  type = 'text',
  step,
  isLong,
  isRequired,
}: FieldProps) {
  const id = useId();
  const shared = {
    id,
    value,
    placeholder,
    'aria-describedby': hint === undefined ? undefined : `${id}-hint`,
    onInput: (event: { currentTarget: { value: string } }) => change(event.currentTarget.value),
  };
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {isLong ? (
        <textarea {...shared} rows={3} spellcheck={false} />
      ) : (
        <input
          {...shared}
          type={type}
          list={undefined}
          step={step}
          required={isRequired}
          spellcheck={false}
          autocomplete="off"
        />
      )}
      {hint !== undefined && (
        <span id={`${id}-hint`} class="muted small">
          {hint}
        </span>
      )}
    </div>
  );
}

interface ChoiceProps extends Pick<FieldProps, 'label' | 'value' | 'change'> {
  readonly options: readonly { readonly title: string; readonly value: string }[];
}

export function Choice({ label, value, change, options }: ChoiceProps) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => change(event.currentTarget.value)}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.title}
          </option>
        ))}
      </select>
    </div>
  );
}
