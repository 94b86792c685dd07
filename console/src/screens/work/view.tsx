// The piece of work: its reason and its case, asked once and sent with every call until the officer changes them.
import { useEffect, useState } from 'preact/hooks';
import { call } from '../../core/api';
import { Field, Heading } from '../../core/parts';
import { work } from '../../core/state';
import type { Case } from '../../core/types';
import { say } from '../../core/words';
import { wrongFocus } from '../../core/wrong';
import { reasonFault } from './rule';
import w from './words';

/** The open cases, once there is a reason to ask for them: that list is logged, too. */
function useCases(): Case[] {
  const [cases, set] = useState<Case[]>([]);
  useEffect(() => {
    if (work.value === null) return;
    call<{ list: Case[] }>('GET', '/api/v1/cases?state=open&limit=50').then(
      (answer) => set(answer.list),
      () => set([]), // a role that sees no cases types the number
    );
  }, []);
  return cases;
}

function Cases({ take }: { take: (number: string) => void }) {
  const cases = useCases();
  if (cases.length === 0) return null;
  return (
    <section aria-labelledby="cases">
      <h2 id="cases">{say(w.openCases)}</h2>
      <ul class="choices">
        {cases.map((one) => (
          <li key={one.case}>
            <button type="button" onClick={() => take(one.case)}>
              <span class="sr">{say(w.choose)}: </span>
              <strong>{one.case}</strong> {one.title ?? ''}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function WorkScreen({ isForCase, done }: { isForCase: boolean; done: () => void }) {
  const was = work.value;
  const [reason, setReason] = useState(was?.reason ?? '');
  const [caseNumber, setCase] = useState(was?.caseNumber ?? '');
  const [isTried, setTried] = useState(false);
  const fault = reasonFault(reason);

  const submit = (event: Event): void => {
    event.preventDefault();
    setTried(true);
    if (fault !== null || (isForCase && caseNumber.trim() === '')) return wrongFocus();
    work.value = { reason: reason.trim(), caseNumber: caseNumber.trim() };
    done();
  };
  return (
    <main id="content" class="narrow">
      <Heading>{say(w.title)}</Heading>
      <p>{say(w.why)}</p>
      {isForCase && (
        <p role="status">
          <strong>{say(w.wantsCase)}</strong>
        </p>
      )}
      <form onSubmit={submit} noValidate>
        <Field
          label={say(w.reason)}
          hint={say(w.reasonHint)}
          error={isTried && fault !== null ? say(fault === 'long' ? w.reasonLong : w.needed) : undefined}
        >
          {(ids) => (
            <input {...ids} name="reason" autocomplete="off" value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
          )}
        </Field>
        <Field
          label={say(w.caseNumber)}
          hint={say(w.caseHint)}
          error={isTried && isForCase && caseNumber.trim() === '' ? say(w.needed) : undefined}
        >
          {(ids) => (
            <input
              {...ids}
              name="case"
              autocomplete="off"
              autocapitalize="none"
              spellcheck={false}
              maxLength={64}
              value={caseNumber}
              onInput={(event) => setCase(event.currentTarget.value)}
            />
          )}
        </Field>
        {was !== null && <p class="quiet">{say(w.changed)}</p>}
        <div class="row">
          <button type="submit" class="main">
            {say(was === null ? w.begin : w.change)}
          </button>
          {was !== null && !isForCase && (
            <button type="button" onClick={done}>
              {say(w.keep)}
            </button>
          )}
        </div>
      </form>
      {was !== null && <Cases take={setCase} />}
    </main>
  );
}
