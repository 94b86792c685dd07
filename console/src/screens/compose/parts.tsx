// What the tasks of a new request share: their form, a choice from a closed list, a day, and what is said at a field.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { code, type CodeTable } from '../../codes/code';
import { tables } from '../../codes/words';
import { Buttons } from '../../core/controls';
import { Field, Heading } from '../../core/parts';
import { link } from '../../core/route';
import { shown } from '../../core/shown';
import type { AgreementRow, CaseShown, ProblemField } from '../../core/types';
import { say } from '../../core/words';
import { wrongFocus } from '../../core/wrong';
import { saidOf, type Entered } from './form';
import w from './words';

export function options(table: CodeTable, keep: (one: string) => boolean = () => true): (readonly [string, string])[] {
  return Object.keys(tables[table])
    .filter(keep)
    .map((one) => [one, code(table, one)] as const);
}

type SelectProps = { label: string; hint?: string | undefined; error?: string | undefined; value: string; options: (readonly [string, string])[]; set: (value: string) => void };

export function Select({ label, hint, error, value, options: list, set }: SelectProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <select {...ids} value={value} onChange={(event) => set(event.currentTarget.value)}>
          <option value="">{say(w.choose)}</option>
          {list.map(([one, word]) => (
            <option key={one} value={one}>
              {word}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** What every task is given. `errors`: what the node said of its fields when it was asked last. */
export type TaskProps = {
  entered: Entered;
  change: (part: Partial<Entered>) => void;
  errors: readonly ProblemField[];
  agreements: AgreementRow[];
  caseShown: CaseShown | null;
  goOn: () => void;
};

/** What is wrong at a field: that it is wanted, once the officer wanted to go on, or what the node said of it. */
export function fault(isWanted: boolean, errors: readonly ProblemField[], ...at: string[]): string | undefined {
  if (isWanted) return say(w.needed);
  const said = saidOf(errors, ...at);
  return said === undefined ? undefined : shown(said);
}

type FormProps = {
  title: string;
  why?: string | undefined;
  isWhole: boolean;
  goOn: () => void;
  more?: { word: string; go: () => void };
  children: (isTried: boolean) => ComponentChildren;
};

/** One task: Enter in a field, and Ctrl with Enter anywhere on the page, go on. */
export function TaskForm({ title, why, isWhole, goOn, more, children }: FormProps) {
  const [isTried, setTried] = useState(false);
  const leave = (to: () => void): void => {
    setTried(true);
    if (isWhole) to();
    else wrongFocus();
  };
  return (
    <main
      id="content"
      class="narrow"
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !event.ctrlKey) return;
        event.preventDefault();
        leave(goOn);
      }}
    >
      <p>
        <a href={link('compose')}>← {say(w.back)}</a>
      </p>
      <Heading>{title}</Heading>
      {why !== undefined && <p class="quiet">{why}</p>}
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          leave(goOn);
        }}
      >
        {children(isTried)}
        <Buttons>
          <button type="submit" class="main">
            {say(w.goOn)}
          </button>
          {more !== undefined && (
            <button type="button" onClick={() => leave(more.go)}>
              {more.word}
            </button>
          )}
          <span class="quiet">{say(w.goOnHint)}</span>
        </Buttons>
      </form>
    </main>
  );
}
