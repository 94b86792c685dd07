// A new request: a list of tasks, each done or not yet; then what the agreement says of it and a page to check it, and only then it goes.
import { useEffect, useState } from 'preact/hooks';
import { useDraft } from '../../core/drafts';
import { useLoad } from '../../core/load';
import { Empty, Heading, Loading, ProblemBox } from '../../core/parts';
import { go, link, route } from '../../core/route';
import { now, work } from '../../core/state';
import type { AgreementRow, CaseShown, Done, ProblemField } from '../../core/types';
import { language, say } from '../../core/words';
import { Check, DoneShown } from './check';
import { changed, empty, isDone, mayBegin, nextTask, referenceOf, taskOf, taskRead, tasks, type Entered, type Task } from './form';
import { GroundTask } from './ground';
import { PersonForm, Persons } from './person';
import { Codes, ElsewhereTask, What, Whom } from './tasks';
import w from './words';

const words = { whom: w.whom, what: w.what, persons: w.persons, codes: w.codes, elsewhere: w.elsewhere, ground: w.ground } as const;

function state(of: Task, entered: Entered, errors: readonly ProblemField[]): { sign: string; text: string } {
  if (errors.some((one) => taskOf(one.field) === of)) return { sign: '▲', text: say(w.toMend) };
  if (!mayBegin(of, entered)) return { sign: '–', text: say(w.notBefore) };
  return isDone(of, entered) ? { sign: '✓', text: say(w.done) } : { sign: '○', text: say(w.notYet) };
}

/** All that was entered goes with two presses, not with one. */
function Discard({ discard }: { discard: () => void }) {
  const [isSure, setSure] = useState(false);
  return (
    <button
      type="button"
      onClick={() => {
        if (isSure) discard();
        setSure(!isSure);
      }}
    >
      {say(isSure ? w.discardSure : w.discard)}
    </button>
  );
}

type HubProps = { entered: Entered; errors: readonly ProblemField[]; problem: unknown; again: () => void; discard: () => void };

function Hub({ entered, errors, problem, again, discard }: HubProps) {
  const done = tasks.filter((one) => mayBegin(one, entered) && isDone(one, entered)).length;
  return (
    <main id="content" class="narrow">
      <p>
        <a href={link('sent')}>← {say(w.toSent)}</a>
      </p>
      <Heading>{say(w.title)}</Heading>
      <p class="quiet">{say(w.why)}</p>
      {problem !== null && <ProblemBox problem={problem} retry={again} />}
      <p role="status">{say(w.progress, { done, all: tasks.length })}</p>
      <ol class="tasks" aria-label={say(w.parts)}>
        {tasks.map((one) => {
          const { sign, text } = state(one, entered, errors);
          return (
            <li key={one}>
              {mayBegin(one, entered) ? <a href={link('compose', one)}>{say(words[one])}</a> : <span>{say(words[one])}</span>}
              <span class={sign === '✓' ? 'is done-sign' : 'is'}>
                <span aria-hidden="true">{sign} </span>
                {text}
              </span>
            </li>
          );
        })}
      </ol>
      {done === tasks.length && (
        <p class="acts">
          <a href={link('compose', 'check')}>{say(w.toCheck)}</a>
        </p>
      )}
      <Discard discard={discard} />
    </main>
  );
}

/** Who asks is the same from one request to the next: kept in this tab as long as the officer is logged in. */
const noSender = { authority: '', address: '' };

export function Compose() {
  const caseNumber = work.value?.caseNumber ?? '';
  const [entered, put, forget] = useDraft<Entered>(`compose ${caseNumber}`, empty);
  const [sender, keepSender] = useDraft('compose sender', noSender);
  const [errors, tell] = useState<ProblemField[]>([]);
  const [done, setDone] = useState<Done | null>(null);
  const agreements = useLoad<{ list: AgreementRow[] }>('/api/v1/agreements?limit=50');
  const caseLoad = useLoad<CaseShown>(`/api/v1/cases/${encodeURIComponent(caseNumber)}`);
  const open = (agreements.value?.list ?? []).filter((one) => !one.ended);
  const change = (part: Partial<Entered>): void => put(changed(entered, part));
  const isLoading = agreements.isLoading || caseLoad.isLoading;

  const begin = (): void =>
    put({
      ...empty,
      begunMs: now.value,
      agreement: open.length === 1 ? (open[0]?.agreement ?? '') : '',
      authority: sender.authority !== '' ? sender.authority : (caseLoad.value?.authority ?? ''),
      address: sender.address,
      reference: referenceOf(caseNumber, now.value),
      language: language.value,
    });
  useEffect(() => {
    if (!isLoading && agreements.value !== null && entered.begunMs === 0 && done === null) begin();
  }, [isLoading, entered.begunMs, done]);

  const at = route.value.id;
  if (done !== null) return <DoneShown done={done} />;
  const problem = agreements.problem ?? caseLoad.problem;
  const again = (): void => {
    agreements.again();
    caseLoad.again();
  };
  if (isLoading || entered.begunMs === 0)
    return (
      <main id="content" class="narrow">
        <Heading>{say(w.title)}</Heading>
        {problem === null ? <Loading /> : <ProblemBox problem={problem} retry={again} />}
      </main>
    );
  const task = at === 'person' ? 'persons' : taskRead(at);
  const isWhole = tasks.every((one) => isDone(one, entered));
  if (at === 'check' && isWhole)
    return (
      <Check
        entered={entered}
        agreement={open.find((one) => one.agreement === entered.agreement)}
        tell={tell}
        sent={(what) => {
          keepSender({ authority: entered.authority, address: entered.address });
          forget();
          setDone(what);
        }}
      />
    );
  if (task === null || !mayBegin(task, entered)) {
    if (at === 'check')
      return (
        <main id="content" class="narrow">
          <Heading>{say(w.check)}</Heading>
          <Empty text={say(w.lacking)} next={<a href={link('compose')}>{say(w.back)}</a>} />
        </main>
      );
    return <Hub entered={entered} errors={errors} problem={problem} again={again} discard={begin} />;
  }
  const props = {
    entered,
    change,
    errors,
    agreements: open,
    caseShown: caseLoad.value,
    goOn: () => {
      tell(errors.filter((one) => taskOf(one.field) !== task));
      const next = nextTask(task, entered);
      go(link('compose', next));
    },
  };
  const key = `${at} ${route.value.filter}`;
  if (at === 'person') return <PersonForm key={key} {...props} />;
  if (task === 'whom') return <Whom key={key} {...props} />;
  if (task === 'what') return <What key={key} {...props} />;
  if (task === 'persons') return <Persons key={key} {...props} />;
  if (task === 'codes') return <Codes key={key} {...props} />;
  if (task === 'elsewhere') return <ElsewhereTask key={key} {...props} />;
  return <GroundTask key={key} {...props} tell={tell} />;
}
