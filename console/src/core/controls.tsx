// Controls of forms that several screens have.
import type { ComponentChildren } from 'preact';
import { languageName } from '../codes/country';
import { Field } from './parts';

type ChoiceProps<V extends string> = {
  legend: string;
  hint?: string | undefined;
  error?: string | undefined;
  options: readonly (readonly [V, string])[];
  chosen: readonly V[];
  /** Several may be chosen; else one alone. */
  isMany?: boolean;
  choose: (chosen: V[]) => void;
};

export function Choice<V extends string>({ legend, hint, error, options, chosen, isMany, choose }: ChoiceProps<V>) {
  const press = (value: V, isOn: boolean): void =>
    choose(isMany ? options.map(([one]) => one).filter((one) => (one === value ? isOn : chosen.includes(one))) : [value]);
  return (
    <fieldset class={error === undefined ? 'field' : 'field wrong'}>
      <legend>{legend}</legend>
      {hint !== undefined && <p class="hint">{hint}</p>}
      {error !== undefined && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      {options.map(([value, word]) => (
        <label key={value} class="option">
          <input
            type={isMany ? 'checkbox' : 'radio'}
            name={legend}
            value={value}
            checked={chosen.includes(value)}
            onChange={(event) => press(value, event.currentTarget.checked)}
          />{' '}
          <span>{word}</span>
        </label>
      ))}
    </fieldset>
  );
}

type LinesProps = { label: string; hint?: string | undefined; error?: string | undefined; value: string; set: (value: string) => void; rows?: number };

/** A text of several lines. */
export function Lines({ label, hint, error, value, set, rows = 5 }: LinesProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => <textarea {...ids} rows={rows} value={value} onInput={(event) => set(event.currentTarget.value)} />}
    </Field>
  );
}

export function Line({ label, hint, error, value, set }: LinesProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => <input {...ids} autocomplete="off" value={value} onInput={(event) => set(event.currentTarget.value)} />}
    </Field>
  );
}

/** In which language a text is written. */
export function LanguageOf({ label, value, set }: { label: string; value: string; set: (value: string) => void }) {
  return (
    <Field label={label}>
      {(ids) => (
        <select {...ids} value={value} onChange={(event) => set(event.currentTarget.value)}>
          {['ro', 'sq', 'en', 'el'].map((one) => (
            <option key={one} value={one}>
              {languageName(one)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function Buttons({ children }: { children: ComponentChildren }) {
  return <div class="row">{children}</div>;
}
