// Alarms: limits that want somebody, the most pressing first, each with what to do about it.
import { country } from '../../codes/country';
import { at, span } from '../../core/clock';
import { useKeys } from '../../core/keys';
import { usePages } from '../../core/pages';
import { Empty, Heading, Loading, ProblemBox } from '../../core/parts';
import { link } from '../../core/route';
import { rowMove } from '../../core/rows';
import { shown } from '../../core/shown';
import type { AlarmRow, Alarms as AlarmList } from '../../core/types';
import { say } from '../../core/words';
import { kinds } from './kinds';
import w from './words';

export function Turns({ of }: { of: AlarmRow['on_call'] }) {
  return (
    <>
      {of?.map((turn) => (
        <p key={turn.officer}>
          <bdi>{say(w.onCall, { officer: turn.officer, telephone: shown(turn.telephone), until: at(turn.until) })}</bdi>
        </p>
      ))}
    </>
  );
}

function Alarm({ row }: { row: AlarmRow }) {
  const of = kinds[row.alarm];
  const values = { partner: country(row.partner ?? ''), who: country(row.answers ?? ''), span: span(row.minutes), officer: shown(row.officer ?? '') };
  return (
    <li class={of?.kind ?? 'soon'}>
      <h2>
        <span aria-hidden="true">{of?.kind === 'overdue' ? '▲ ' : '◆ '}</span>
        {of === undefined ? row.alarm : say(of.what, values)}
      </h2>
      {of?.next !== undefined && <p>{say(of.next)}</p>}
      {row.call !== undefined && (
        <p>
          <strong>
            <bdi>{say(w.call, { call: shown(row.call) })}</bdi>
          </strong>
        </p>
      )}
      {row.fallback !== undefined && (
        <p>
          <bdi>{say(w.fallback, { fallback: shown(row.fallback) })}</bdi>
        </p>
      )}
      {row.due_local !== undefined && (
        <p class="quiet">
          <bdi>{say(w.dueLocal, { due: shown(row.due_local) })}</bdi>
        </p>
      )}
      {row.authorisation_expected !== undefined && <p>{say(w.expected, { day: at(row.authorisation_expected) })}</p>}
      {row.case !== undefined && (
        <p>
          <bdi>{say(w.ofCase, { number: shown(row.case) })}</bdi>
        </p>
      )}
      {row.ask_unit !== undefined && (
        <p>
          <bdi>{say(w.askUnit, { unit: shown(row.ask_unit) })}</bdi>
        </p>
      )}
      <Turns of={row.on_call} />
      <p>
        {row.item !== undefined && (
          <a href={link('request', row.item)} data-row>
            <bdi>{say(w.openItem, { reference: shown(row.reference ?? row.item) })}</bdi>
          </a>
        )}
        {row.approval !== undefined && (
          <a href={link('approvals')} data-row>
            {say(w.openDraft)}
          </a>
        )}
      </p>
    </li>
  );
}

export function Alarms() {
  const { pages, problem, again, more } = usePages<AlarmList>('/api/v1/alarms?limit=50');
  useKeys({ j: () => rowMove(1), k: () => rowMove(-1) });
  const rows = pages.flatMap((page) => page.list);
  return (
    <main id="content">
      <Heading>{say(w.title)}</Heading>
      {problem !== null && <ProblemBox problem={problem} retry={again} />}
      {pages.length === 0 && problem === null && <Loading />}
      {pages.length > 0 && rows.length === 0 && <Empty text={say(w.none)} next={<p class="quiet">{say(w.noneNext)}</p>} />}
      <ul class="cards">
        {rows.map((row) => (
          <Alarm key={`${row.alarm} ${row.item ?? row.approval ?? row.glass ?? row.task ?? row.due ?? ''}`} row={row} />
        ))}
      </ul>
      {pages.at(-1)?.next !== undefined && (
        <button type="button" onClick={more}>
          {say(w.more)}
        </button>
      )}
    </main>
  );
}
