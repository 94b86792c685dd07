// The request once more before it goes: what the agreement says of it, what names the same already, and every word that the partner reads.
import { useEffect, useState } from 'preact/hooks';
import { code } from '../../codes/code';
import { country } from '../../codes/country';
import { ActState, useAct } from '../../core/act';
import { call, keyMake, Problem } from '../../core/api';
import { span } from '../../core/clock';
import { Buttons } from '../../core/controls';
import { Heading, Loading, ProblemBox } from '../../core/parts';
import { link } from '../../core/route';
import { shown } from '../../core/shown';
import { isTraining, session, work } from '../../core/state';
import type { AgreementRow, Done, Duplicates, ProblemField, Ruling } from '../../core/types';
import { say } from '../../core/words';
import { Record } from '../request/beside';
import { Body, Things } from '../request/body';
import { Fact, Facts } from '../request/facts';
import { bodyOf, queryOf, tasks, type Entered } from './form';
import { Refused, useTrial } from './ground';
import { agreementText } from './tasks';
import w from './words';

/** What the officer does not see in the request itself: who is in its own case, and a channel that it names, are no warning. */
function notKnown(found: Duplicates | null, entered: Entered): Pick<Duplicates, 'list' | 'elsewhere'> {
  return {
    list: (found?.list ?? []).filter((one) => one.what !== 'case_person' || one.case !== work.value?.caseNumber),
    elsewhere: (found?.elsewhere ?? []).filter((one) => !entered.elsewhere.some((has) => entered.isElsewhere === 'yes' && has.reference.trim() === one.reference)),
  };
}

/** What was asked or is held already that names the same; read once. */
function Same({ entered, body }: { entered: Entered; body: Record<string, unknown> }) {
  const [found, set] = useState<Duplicates | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const ask = (): void => {
    setProblem(null);
    call<Duplicates>('POST', `/api/v1/requests/check?agreement=${encodeURIComponent(entered.agreement)}`, { body, key: keyMake() }).then(set, setProblem);
  };
  useEffect(ask, []);
  const { list, elsewhere } = notKnown(found, entered);
  const isNone = list.length === 0 && elsewhere.length === 0;
  return (
    <section aria-labelledby="same">
      <h2 id="same">{say(w.same)}</h2>
      {found === null && problem === null && <Loading />}
      {problem !== null && <ProblemBox problem={problem} retry={ask} />}
      {found !== null && isNone && <p>{say(w.sameNone)}</p>}
      {found !== null && !isNone && (
        <>
          <p class="notice" role="alert">
            {say(w.sameFound)}
          </p>
          <ul class="lines">
            {list.map((record, at) => (
              <Record key={at} record={record} />
            ))}
            {elsewhere.map((one, at) => (
              <li key={`e${at}`}>
                <bdi>{say(w.sameElsewhere, { channel: code('channel', one.channel), reference: shown(one.reference) })}</bdi>
              </li>
            ))}
          </ul>
          {found.more && <p>{say(w.sameMore)}</p>}
        </>
      )}
    </section>
  );
}

function Said({ ruling, partner }: { ruling: Ruling; partner: string }) {
  if (!ruling.allowed) return <Refused ruling={ruling} />;
  const keptWord = ruling.erased_from === 'closure' ? w.keptClosure : w.keptReceipt;
  return (
    <Facts>
      <Fact name={say(w.allowed)}>
        {say(w.clause, { clause: ruling.clause, version: ruling.version })} <bdi class="quiet" lang="en">{shown(ruling.why)}</bdi>
      </Fact>
      {ruling.due_hours_after_receipt !== undefined && (
        <Fact name={say(w.due)}>
          {say(w.dueSays, { span: span(ruling.due_hours_after_receipt * 60), row: code('due_row', ruling.due_row ?? ''), clause: ruling.due_clause ?? '' })}
        </Fact>
      )}
      {ruling.erased_after_days !== undefined && (
        <Fact name={say(w.kept)}>{say(keptWord, { country: country(partner), n: ruling.erased_after_days, clause: ruling.erased_clause ?? '' })}</Fact>
      )}
      <Fact name={say(w.fourEyes)}>
        {ruling.needs_second_approval === true ? say(w.fourEyesWanted, { why: (ruling.approvals ?? []).map((one) => code('four_eyes', one)).join(', ') }) : say(w.fourEyesNot)}
      </Fact>
    </Facts>
  );
}

/** What replaced the page takes the focus that went with it. */
const focusOn = (at: HTMLElement | null): void => at?.focus();

export function DoneShown({ done }: { done: Done }) {
  return (
    <main id="content" class="narrow">
      <h1>{say(w.title)}</h1>
      <p class="done" role="status" tabIndex={-1} ref={focusOn}>
        {say(done.approval !== undefined ? w.waits : w.sent)}
      </p>
      <p>
        {done.approval !== undefined && <a href={link('approval', done.approval)}>{say(w.toDraft)}</a>}
        {done.item !== undefined && <a href={link('request', done.item)}>{say(w.toRequest)}</a>}{' '}
        <a href={link('sent')}>{say(w.toSent)}</a>
      </p>
    </main>
  );
}

type Props = { entered: Entered; agreement: AgreementRow | undefined; tell: (errors: ProblemField[]) => void; sent: (done: Done) => void };

export function Check({ entered, agreement, tell, sent }: Props) {
  const body = bodyOf(entered, { party: session.value?.party ?? '', isTraining: isTraining.value });
  const { ruling, problem, again } = useTrial(entered, tell);
  const acting = useAct<Done>();
  useEffect(() => {
    if (acting.done !== null) sent(acting.done);
  }, [acting.done]);
  useEffect(() => {
    if (acting.problem instanceof Problem) tell(acting.problem.fields);
  }, [acting.problem]);
  const isWanted = ruling?.needs_second_approval === true;
  const send = (isDraft: boolean): void => void acting.run({ method: 'POST', path: `/api/v1/requests?${queryOf(entered, isDraft)}`, body });
  const words = { whom: w.whom, what: w.what, persons: w.persons, codes: w.codes, elsewhere: w.elsewhere, ground: w.ground } as const;
  return (
    <main id="content">
      <p>
        <a href={link('compose')}>← {say(w.back)}</a>
      </p>
      <Heading>{say(w.check)}</Heading>
      <p>{agreementText(agreement)}</p>
      <section aria-labelledby="says">
        <h2 id="says">{say(w.agreementSays)}</h2>
        {ruling === null && problem === null && <Loading />}
        {problem !== null && <ProblemBox problem={problem} retry={again} />}
        {ruling !== null && <Said ruling={ruling} partner={agreement?.partner ?? ''} />}
      </section>
      {ruling !== null && <Same entered={entered} body={body} />}
      <Body body={body} isDraft />
      <Things body={body} parts={[]} />
      {ruling?.allowed === true && (
        <>
          <ActState of={acting} />
          <Buttons>
            {!isWanted && (
              <button type="button" class={acting.wantsProof ? '' : 'main'} aria-busy={acting.isBusy} onClick={() => send(false)}>
                {say(w.send)}
              </button>
            )}
            <button type="button" class={isWanted && !acting.wantsProof ? 'main' : ''} aria-busy={acting.isBusy} onClick={() => send(true)}>
              {say(w.sendDraft)}
            </button>
          </Buttons>
        </>
      )}
      <nav class="acts" aria-label={say(w.parts)}>
        {tasks.map((one) => (
          <a key={one} href={link('compose', one)}>
            {say(w.changePart)} {say(words[one])}
          </a>
        ))}
      </nav>
    </main>
  );
}
