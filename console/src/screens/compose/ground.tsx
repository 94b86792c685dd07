// The ground on which the data goes: the agreement proposes, the officer decides. Article 38 stands for one person alone and is not here.
import { useEffect, useState } from 'preact/hooks';
import { code } from '../../codes/code';
import { call, Problem } from '../../core/api';
import { day } from '../../core/clock';
import { Choice, Line, Lines } from '../../core/controls';
import { Loading, ProblemBox } from '../../core/parts';
import { shown } from '../../core/shown';
import { isTraining, session } from '../../core/state';
import type { ProblemField, Ruling } from '../../core/types';
import { say } from '../../core/words';
import { DateField } from '../decide/givefields';
import { bodyOf, emptyGround, groundLacks, wanted, type Entered, type Ground } from './form';
import { fault, options, Select, TaskForm, type TaskProps } from './parts';
import w from './words';

export type Tried = { ruling: Ruling | null; problem: unknown; again: () => void };

/** Asks what the agreement says of the request as it is; what is wrong in it is told field by field. */
export function useTrial(entered: Entered, tell: (errors: ProblemField[]) => void): Tried {
  const [state, set] = useState<{ ruling: Ruling | null; problem: unknown }>({ ruling: null, problem: null });
  const [round, setRound] = useState(0);
  useEffect(() => {
    let isMine = true;
    const body = bodyOf(entered, { party: session.value?.party ?? '', isTraining: isTraining.value });
    call<Ruling>('POST', `/api/v1/agreements/${encodeURIComponent(entered.agreement)}/trial?type=request`, { body }).then(
      (ruling) => {
        if (!isMine) return;
        tell([]);
        set({ ruling, problem: null });
      },
      (problem: unknown) => {
        if (!isMine) return;
        if (problem instanceof Problem) tell(problem.fields);
        set({ ruling: null, problem });
      },
    );
    return () => void (isMine = false);
  }, [round]);
  return { ...state, again: () => setRound(round + 1) };
}

export function Refused({ ruling }: { ruling: Ruling }) {
  return (
    <div class="problem" role="alert">
      <p>
        <strong>{say(w.refusedBy, { clause: ruling.clause })}</strong>
      </p>
      <p class="quiet">
        <bdi lang="en">{shown(ruling.why)}</bdi>
      </p>
    </div>
  );
}

function Other({ ground, isTried, errors, put }: { ground: Ground; isTried: boolean; errors: readonly ProblemField[]; put: (part: Partial<Ground>) => void }) {
  const lacking = groundLacks(ground);
  const wrong = (name: keyof Ground): string | undefined => fault(isTried && lacking.includes(name), errors, 'transfer', name);
  return (
    <>
      <Select label={say(w.ground)} error={wrong('ground')} value={ground.ground} options={options('transfer', (one) => !one.startsWith('art38'))} set={(value) => put({ ground: value })} />
      <Line label={say(w.instrument)} error={wrong('instrument')} value={ground.instrument} set={(instrument) => put({ instrument })} />
      <Line label={say(w.article)} error={wrong('article')} value={ground.article} set={(article) => put({ article })} />
      <DateField label={say(w.groundReview)} error={wrong('review_at')} value={ground.review_at.slice(0, 10)} set={(date) => put({ review_at: date === '' ? '' : `${date}T00:00:00.000Z` })} />
      {ground.ground === 'art37_1b' && <Lines label={say(w.groundReason)} error={wrong('reason')} rows={3} value={ground.reason ?? ''} set={(reason) => put({ reason })} />}
    </>
  );
}

type Props = TaskProps & { tell: (errors: ProblemField[]) => void };

export function GroundTask({ entered, change, errors, goOn, tell }: Props) {
  const bare = { ...entered, groundIs: '', ground: null };
  const { ruling, problem, again } = useTrial(bare, (found) => tell(found.filter((one) => !one.field.includes('transfer'))));
  const isWhole = wanted('ground', entered).length === 0;
  // What lacks is the ground alone: that is what this page is for.
  const isOnlyGround = problem instanceof Problem && problem.fields.length > 0 && problem.fields.every((one) => one.field.includes('transfer'));
  const proposed = ruling?.transfer_proposed;
  const choices: [string, string][] = [];
  if (proposed !== undefined)
    choices.push([
      'proposed',
      say(w.proposed, { ground: code('transfer', proposed.ground), instrument: shown(proposed.instrument), article: shown(proposed.article), day: day(proposed.review_at) }),
    ]);
  if (ruling?.allowed === true) choices.push(['none', say(w.noneWanted)]);
  choices.push(['other', say(w.otherGround)]);
  const choose = ([groundIs = '']: string[]): void => change({ groundIs, ground: groundIs === 'proposed' && proposed !== undefined ? proposed : groundIs === 'other' ? emptyGround : null });
  const isRefused = ruling !== null && !ruling.allowed && proposed === undefined;
  return (
    <TaskForm title={say(w.ground)} why={say(w.groundWhy)} isWhole={isWhole} goOn={goOn}>
      {(isTried) => (
        <>
          {ruling === null && problem === null && <Loading />}
          {problem !== null && !isOnlyGround && <ProblemBox problem={problem} retry={again} />}
          {isRefused && <Refused ruling={ruling} />}
          {(ruling !== null || problem !== null) && (
            <Choice legend={say(w.groundTake)} error={fault(isTried && entered.groundIs === '', errors, 'transfer')} options={choices} chosen={[entered.groundIs]} choose={choose} />
          )}
          {entered.groundIs === 'other' && (
            <Other ground={entered.ground ?? emptyGround} isTried={isTried} errors={errors} put={(part) => change({ ground: { ...(entered.ground ?? emptyGround), ...part } })} />
          )}
        </>
      )}
    </TaskForm>
  );
}
