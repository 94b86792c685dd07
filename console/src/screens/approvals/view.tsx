// Drafts that wait for a second officer: the list, and one of them, which is confirmed as exactly the bytes that are shown.
import { useEffect, useState } from 'preact/hooks';
import { act as actName, code, type CodeTable } from '../../codes/code';
import { may } from '../../codes/roles';
import { ActState, useAct } from '../../core/act';
import { at } from '../../core/clock';
import { Buttons } from '../../core/controls';
import { useKeys } from '../../core/keys';
import { useLoad } from '../../core/load';
import { usePages } from '../../core/pages';
import { Empty, Heading, Loading, ProblemBox } from '../../core/parts';
import { link } from '../../core/route';
import { rowMove } from '../../core/rows';
import { shown } from '../../core/shown';
import { session, work } from '../../core/state';
import type { Approval, ApprovalRow, ApprovalShown, Approvals as List } from '../../core/types';
import { say, type Word } from '../../core/words';
import { Turns } from '../alarms/view';
import { Fact, Facts, ListFact, TextFact } from '../request/facts';
import { Body, Things } from '../request/body';
import { rest, text, texts, type Bag } from '../request/read';
import { draftOf, jsonBag, type Draft } from './read';
import w from './words';

function Row({ row }: { row: ApprovalRow }) {
  const more = [row.case && say(w.inCase, { case: row.case }), row.approver && say(w.asked, { who: row.approver })].filter(Boolean);
  return (
    <li class="soon">
      <a href={link('approval', row.approval, `case=${encodeURIComponent(row.case ?? '')}`)} data-row>
        {say(w.row, { act: actName(row.act), from: row.from })}
      </a>
      <br />
      <span class="quiet">
        {say(w.until, { made: at(row.made), until: at(row.until) })} <bdi>{more.join(' · ')}</bdi>
      </span>
      <Turns of={row.on_call} />
    </li>
  );
}

export function Approvals() {
  const { pages, problem, again } = usePages<List>('/api/v1/approvals?limit=200');
  useKeys({ j: () => rowMove(1), k: () => rowMove(-1) });
  const rows = pages.flatMap((page) => page.list);
  const groups = [
    { id: 'mine', word: w.mine, rows: rows.filter((row) => row.waits_for_me) },
    { id: 'others', word: w.others, rows: rows.filter((row) => !row.waits_for_me) },
  ];
  return (
    <main id="content">
      <Heading>{say(w.title)}</Heading>
      <p class="quiet">{say(w.why)}</p>
      {problem !== null && <ProblemBox problem={problem} retry={again} />}
      {pages.length === 0 && problem === null && <Loading />}
      {pages.length > 0 && rows.length === 0 && <Empty text={say(w.none)} next={<p class="quiet">{say(w.noneNext)}</p>} />}
      {groups
        .filter((group) => group.rows.length > 0)
        .map((group) => (
          <section key={group.id} aria-labelledby={group.id}>
            <h2 id={group.id}>{say(group.word)}</h2>
            <ul class="cards">
              {group.rows.map((row) => (
                <Row key={row.approval} row={row} />
              ))}
            </ul>
          </section>
        ))}
    </main>
  );
}

/** Confirm, refuse, withdraw: whichever this officer may. */
function Decide({ of }: { of: ApprovalShown }) {
  const confirming = useAct<{ result?: { state?: string } }>();
  const refusing = useAct<Approval>();
  const who = session.value;
  const isOwn = of.from === who?.officer;
  const path = `/api/v1/approvals/${encodeURIComponent(of.approval)}`;
  if (confirming.done !== null)
    return (
      <p class="done" role="status">
        {say(w.wasConfirmed, { state: confirming.done.result?.state ?? '' })}
      </p>
    );
  if (refusing.done !== null)
    return (
      <p class="done" role="status">
        {say(w.wasRefused)}
      </p>
    );
  if (of.state !== 'waits for a second officer') return null;
  const isMine = may(who?.role, 'approval-confirm') && !isOwn && (of.approver === undefined || of.approver === who?.officer);
  return (
    <section class="limit">
      {isOwn && <p>{say(w.ownDraft)}</p>}
      <p class="quiet">{say(w.refuseWhy, { reason: shown(work.value?.reason ?? '') })}</p>
      <ActState of={confirming} />
      <ActState of={refusing} />
      <Buttons>
        {isMine && (
          <button type="button" class={confirming.wantsProof ? '' : 'main'} aria-busy={confirming.isBusy} onClick={() => void confirming.run({ method: 'POST', path: `${path}/confirmation`, body: { sha256: of.sha256 } })}>
            {say(w.confirm)}
          </button>
        )}
        {(isMine || isOwn) && (
          <button type="button" aria-busy={refusing.isBusy} onClick={() => void refusing.run({ method: 'POST', path: `${path}/refusal` })}>
            {say(isOwn ? w.withdraw : w.refuse)}
          </button>
        )}
      </Buttons>
      <p class="quiet">
        {say(w.digest)} <code class="hash">{of.sha256}</code>
      </p>
    </section>
  );
}

/** What the act is told, beside its message. */
const argumentWords: Record<string, Word> = {
  grounds: w.grounds,
  true_grounds: w.trueGrounds,
  reason_text: w.reasons,
  question: w.question,
  reply: w.reply,
  language: w.language,
  access: w.access,
  held_by: w.heldBy,
  source: w.source,
  doubt: w.doubt,
  agreement: w.agreement,
  authorisation: w.stage,
  delay_reason: w.later,
  authority: w.authority,
  expected_by: w.expected,
  urgency: w.urgency,
  elsewhere: w.elsewhere,
};
const argumentCodes: Record<string, CodeTable> = { grounds: 'ground', true_grounds: 'ground', access: 'access', held_by: 'held_by', doubt: 'doubt', authorisation: 'delay_stage', delay_reason: 'delay_reason', urgency: 'urgency', elsewhere: 'sent_elsewhere' };

function Arguments({ of }: { of: Bag }) {
  const item = text(of, 'item');
  const said = Object.keys(of).filter((name) => argumentWords[name] !== undefined);
  const valuesOf = (name: string): string[] => (texts(of, name).length > 0 ? texts(of, name) : [text(of, name) ?? '']);
  return (
    <>
      {item !== undefined && (
        <Fact name={say(w.about)}>
          <a href={link('request', item)}>{say(w.openMessage)}</a>
        </Fact>
      )}
      {said.map((name) => (
        <ListFact
          key={name}
          name={say(argumentWords[name] ?? w.arguments)}
          values={valuesOf(name).map((value) => (
            <bdi class="text">{argumentCodes[name] === undefined ? value : code(argumentCodes[name], value)}</bdi>
          ))}
        />
      ))}
      <ListFact name={say(w.arguments)} values={rest(of, ['item', ...said]).map(([name, value]) => <bdi class="text">{`${name}: ${value}`}</bdi>)} />
    </>
  );
}

function Shown({ of }: { of: ApprovalShown }) {
  const [draft, set] = useState<Draft | null | 'reading'>('reading');
  useEffect(() => {
    draftOf(of.draft, of.sha256).then(set, () => set(null));
  }, [of]);
  if (draft === 'reading') return <Loading />;
  if (draft === null)
    return (
      <p class="problem" role="alert">
        <strong>{say(w.digestBad)}</strong>
      </p>
    );
  const body = jsonBag(draft.body);
  const args = jsonBag(draft.arguments) ?? {};
  return (
    <>
      <Heading>{actName(draft.act)}</Heading>
      <Facts>
        <Fact name={say(w.from)}>{draft.officer}</Fact>
        <TextFact name={say(w.reason)} value={shown(draft.reason)} />
        <Fact name={say(w.state)}>
          {code('approval', of.state)} · {say(w.until, { made: at(of.made), until: at(of.until) })}
        </Fact>
        {of.decided_by !== undefined && (
          <Fact name={say(w.decided)}>
            {of.decided_by} · {at(of.decided)} <bdi class="text">{shown(of.why ?? '')}</bdi>
          </Fact>
        )}
        <Arguments of={args} />
      </Facts>
      {body !== null && (
        <>
          <Body body={body} isDraft />
          <Things body={body} parts={[]} />
        </>
      )}
      <Decide of={of} />
    </>
  );
}

export function ApprovalScreen({ id, caseNumber }: { id: string; caseNumber: string }) {
  const isHere = caseNumber === '' || work.value?.caseNumber === caseNumber;
  const { value, problem, isLoading, again } = useLoad<ApprovalShown>(isHere ? `/api/v1/approvals/${encodeURIComponent(id)}` : null);
  return (
    <main id="content">
      <p>
        <a href={link('approvals')}>← {say(w.back)}</a>
      </p>
      {value === null && <Heading>{say(w.draft)}</Heading>}
      {!isHere && (
        <>
          <p>{say(w.otherCase, { case: caseNumber })}</p>
          <button
            type="button"
            class="main"
            onClick={() => {
              if (work.value !== null) work.value = { ...work.value, caseNumber };
            }}
          >
            {say(w.changeCase, { case: caseNumber })}
          </button>
        </>
      )}
      {isLoading && <Loading />}
      {problem !== null && <ProblemBox problem={problem} retry={() => again()} />}
      {value !== null && <Shown of={value} />}
    </main>
  );
}
