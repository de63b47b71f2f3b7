import { Icon } from '../parts/icon.tsx';
import { SHOWN_STATES, StateBadge } from '../parts/state-badge.tsx';
import type { ListFilter } from './filter.ts';

interface FilterBarProps {
  readonly filter: ListFilter;
  readonly change: (part: Partial<ListFilter>) => void;
  readonly counted: ReadonlyMap<string, number>;
  readonly templates: readonly string[];
}

export function FilterBar({ filter, change, counted, templates }: FilterBarProps) {
  const toggle = (state: string) => {
    const { states } = filter;
    change({ states: states.includes(state) ? states.filter((one) => one !== state) : [...states, state] });
  };
  return (
    <search class="filters">
      <fieldset class="chips" aria-label="States">
        {SHOWN_STATES.map((state) => (
          <button
            key={state}
            type="button"
            class={`chip${(counted.get(state) ?? 0) === 0 && state !== 'deleted' ? ' none' : ''}`}
            aria-pressed={filter.states.includes(state)}
            onClick={() => toggle(state)}
          >
            <StateBadge state={state} />
            {state !== 'deleted' && <span class="count">{counted.get(state) ?? 0}</span>}
          </button>
        ))}
      </fieldset>
      <div class="inputs">
        <label class="search-box">
          <Icon name="search" />
          <input
            type="search"
            aria-label="Search"
            placeholder="Search id, image, label…   /"
            value={filter.search}
            data-shortcut="search"
            onInput={(event) => change({ search: event.currentTarget.value })}
          />
        </label>
        <input
          type="text"
          class="label-input"
          aria-label="Label"
          placeholder="label:value"
          value={filter.label}
          onInput={(event) => change({ label: event.currentTarget.value })}
        />
        <select
          aria-label="Template"
          value={filter.template}
          onChange={(event) => change({ template: event.currentTarget.value })}
        >
          <option value="">any template</option>
          {withChosen(templates, filter.template).map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </div>
    </search>
  );
}

function withChosen(templates: readonly string[], chosen: string): readonly string[] {
  return chosen === '' || templates.includes(chosen) ? templates : [...templates, chosen];
}
