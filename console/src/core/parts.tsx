// What several screens are made of: headings that take the focus, states in plain words with the next step, fields.
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Problem } from './api';
import { shown } from './shown';
import { say } from './words';
import w from './parts.words';

/** The heading of a screen: it takes the focus when the screen opens, so that a reader hears where they are. */
export function Heading({ children }: { children: ComponentChildren }) {
  const at = useRef<HTMLHeadingElement>(null);
  useEffect(() => at.current?.focus(), []);
  return (
    <h1 ref={at} tabIndex={-1}>
      {children}
    </h1>
  );
}

export function Loading() {
  return (
    <p class="state" role="status">
      <span class="spinner" aria-hidden="true" /> {say(w.loading)}
    </p>
  );
}

export function Empty({ text, next }: { text: string; next?: ComponentChildren }) {
  return (
    <div class="state">
      <p>{text}</p>
      {next}
    </div>
  );
}

/** What went wrong and what to do now. The node's own words stand below: they name object, clause and value. */
export function ProblemBox({ problem, retry }: { problem: unknown; retry?: (() => void) | undefined }) {
  const told = problem instanceof Problem ? problem : new Problem('broken', String(problem));
  const words = {
    offline: [w.offline, w.offlineNext],
    over: [w.over, w.overNext],
    forbidden: [w.forbidden, w.forbiddenNext],
    proof: [w.proof, w.proofNext],
    missing: [w.missing, w.missingNext],
    gone: [w.gone, w.goneNext],
    wrong: [w.wrong, w.wrongNext],
    conflict: [w.conflict, w.conflictNext],
    busy: [w.busy, told.retryS > 0 ? w.busyNextIn : w.busyNext],
    broken: [w.broken, w.brokenNext],
  } as const;
  const [what, next] = words[told.kind];
  return (
    <div class="problem" role="alert">
      <p>
        <strong>{say(what)}</strong> {say(next, { s: told.retryS })}
      </p>
      {told.detail !== '' && (
        <p class="quiet">
          {say(w.said)} <bdi lang="en">{shown(told.detail)}</bdi>
        </p>
      )}
      {told.fields.length > 0 && (
        <ul lang="en">
          {told.fields.map((field) => (
            <li key={field.field}>
              {field.field}: <bdi>{shown(field.text)}</bdi>
            </li>
          ))}
        </ul>
      )}
      {retry !== undefined && told.kind !== 'forbidden' && told.kind !== 'gone' && (
        <button type="button" onClick={retry}>
          {say(w.again)}
        </button>
      )}
    </div>
  );
}

type FieldProps = {
  label: string;
  hint?: string | undefined;
  error?: string | undefined;
  children: (ids: { id: string; 'aria-describedby': string | undefined; 'aria-invalid': boolean }) => ComponentChildren;
};

/** A label, what is wanted, what is wrong, and the control between them. */
export function Field({ label, hint, error, children }: FieldProps) {
  const id = useId();
  const said = [hint === undefined ? '' : `${id}-hint`, error === undefined ? '' : `${id}-error`].join(' ').trim();
  return (
    <div class={error === undefined ? 'field' : 'field wrong'}>
      <label for={id}>{label}</label>
      {hint !== undefined && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {error !== undefined && (
        <p class="error" id={`${id}-error`}>
          {error}
        </p>
      )}
      {children({ id, 'aria-describedby': said === '' ? undefined : said, 'aria-invalid': error !== undefined })}
    </div>
  );
}
