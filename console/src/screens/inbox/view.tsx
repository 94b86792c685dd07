// The inbox: requests to us by the time that is left, tiles that count and filter, live rows, all by keyboard.
import { useRef, useState } from 'preact/hooks';
import { code } from '../../codes/code';
import { country } from '../../codes/country';
import { Problem } from '../../core/api';
import { at, left } from '../../core/clock';
import { LeftShown, rowMove } from '../../core/rows';
import { useKeys } from '../../core/keys';
import { usePages, type Page } from '../../core/pages';
import { Empty, Heading, Loading, ProblemBox } from '../../core/parts';
import { link, route } from '../../core/route';
import { shown } from '../../core/shown';
import { now } from '../../core/state';
import type { Counts, GivenRow, RequestRow, Requests } from '../../core/types';
import { say, type Word } from '../../core/words';
import { countFresh, filterRead, filters, isGiven, join, matches, queryOf, type Filter } from './rows';
import w from './words';

function Tiles({ counts, chosen }: { counts: Counts | undefined; chosen: Filter }) {
  const words: Record<Filter, Word> = { open: w.open, overdue: w.overdue, soon: w.soon, urgent: w.urgent, unassigned: w.unassigned, all: w.all };
  const number = (filter: Filter): string => {
    const n = filter === 'all' ? undefined : counts?.[filter];
    if (n === undefined || counts === undefined) return '';
    return n >= counts.counted_to ? say(w.orMore, { n }) : String(n);
  };
  return (
    <nav class="tiles" aria-label={say(w.tiles)}>
      {filters.map((filter) => (
        <a key={filter} class={`tile ${filter}${filter !== 'all' && counts?.[filter] ? ' some' : ''}`} href={link('inbox', '', filter)} aria-current={filter === chosen ? 'true' : undefined}>
          {filter !== 'all' && <span class="number">{number(filter)}</span>}
          <span>{say(words[filter])}</span>
        </a>
      ))}
    </nav>
  );
}

function Row({ row }: { row: RequestRow }) {
  const isAnswered = row.state === 'answered';
  const time = left({ due: row.due, from: row.received, suspended: row.suspended_since, isAnswered }, now.value);
  return (
    <tr class={row.state === 'received' ? 'unread' : ''}>
      <td class="time">
        <LeftShown left={time} />
        {row.due !== undefined && !isAnswered && <span class="quiet">{say(w.due, { at: at(row.due) })}</span>}
        {row.delayed_to !== undefined && !isAnswered && <span class="quiet">{say(w.delayed, { at: at(row.delayed_to) })}</span>}
      </td>
      <th scope="row">
        <a href={link('request', row.item)} data-row>
          <bdi>{shown(row.reference)}</bdi>
        </a>
        {row.training && <span class="tag">{say(w.exercise)}</span>}
        {row.received !== undefined && <span class="quiet">{say(w.received, { at: at(row.received) })}</span>}
      </th>
      <td>{country(row.partner)}</td>
      <td>{row.urgent === 'no' ? code('urgent', 'no') : <strong>{code('urgent', row.urgent)}</strong>}</td>
      <td>
        {say(w.persons, { n: row.persons })}
        {row.attachments > 0 && <span class="quiet">{say(w.files, { n: row.attachments })}</span>}
      </td>
      <td>
        {row.state === 'received' ? (
          <strong>
            <span aria-hidden="true">✉ </span>
            {code('state', row.state)}
          </strong>
        ) : (
          code('state', row.state)
        )}
      </td>
      <td>{row.unit ?? <em>{say(w.noUnit)}</em>}</td>
    </tr>
  );
}

function Rows({ rows }: { rows: RequestRow[] }) {
  return (
    <div class="scroll" role="region" tabIndex={0} aria-label={say(w.caption)}>
      <table class="inbox">
        <caption class="sr">{say(w.caption)}</caption>
        <thead>
          <tr>
            {[w.left, w.reference, w.from, w.urgency, w.holds, w.state, w.unit].map((word) => (
              <th scope="col" key={word.en}>
                {say(word)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={row.item} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What was given unasked and nobody opened: with a filter the list of requests has none of it, and it must not be missed. */
function Given() {
  const { pages, problem, again } = usePages<Page<GivenRow>>('/api/v1/spontaneous?limit=50');
  const rows = pages.flatMap((page) => page.list).filter((row) => row.state === 'received');
  // A line that is down is said once, by the list above; when it is back, both are read anew.
  if (problem instanceof Problem && problem.kind !== 'offline') return <ProblemBox problem={problem} retry={again} />;
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby="given">
      <h2 id="given">{say(w.given)}</h2>
      <p class="quiet">{say(w.givenWhy)}</p>
      <ul class="given">
        {rows.map((row) => (
          <li key={row.item}>
            <a href={link('request', row.item)} data-row>
              <bdi>{shown(row.reference)}</bdi>
            </a>{' '}
            {country(row.partner)} · {code('provision', row.provision)} · {at(row.received ?? row.created)}
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Inbox() {
  const filter = filterRead(route.value.filter);
  const { pages, problem, fresh, again, more } = usePages<Requests>(`/api/v1/inbox?${queryOf(filter)}`, countFresh);
  const [looked, setLooked] = useState('');
  const find = useRef<HTMLInputElement>(null);
  useKeys({ j: () => rowMove(1), k: () => rowMove(-1), '/': () => find.current?.focus() });

  const all = join(pages);
  const rows = all.filter((row): row is RequestRow => !isGiven(row));
  const found = rows.filter((row) => matches(row, looked, country(row.partner)));
  const notMet = pages[0]?.not_met_since_start;
  const isEmpty = pages.length > 0 && rows.length === 0;
  return (
    <main id="content">
      <Heading>{say(w.title)}</Heading>
      <Tiles counts={pages[0]?.counts} chosen={filter} />
      {notMet !== undefined && <p class="notice">{say(w.notMet, { who: notMet.map(country).join(', ') })}</p>}
      <p class="sr" role="status">
        {fresh > 0 ? say(w.fresh, { n: fresh }) : ''}
      </p>
      {problem !== null && <ProblemBox problem={problem} retry={again} />}
      {pages.length === 0 && problem === null && <Loading />}
      {rows.length > 0 && (
        <div class="row find">
          <label for="find">{say(w.find)}</label>
          <input id="find" type="search" ref={find} value={looked} onInput={(event) => setLooked(event.currentTarget.value)} />
          <span class="quiet" role="status">
            {say(w.rows, { n: found.length })}
          </span>
        </div>
      )}
      {found.length > 0 && <Rows rows={found} />}
      {rows.length > 0 && found.length === 0 && <Empty text={say(w.noneFound)} />}
      {isEmpty && (
        <Empty
          text={say(w.none)}
          next={
            filter === 'open' ? (
              <p class="quiet">{say(w.noneNext)}</p>
            ) : (
              <p>
                <a href={link('inbox')}>{say(w.showAll)}</a>
              </p>
            )
          }
        />
      )}
      {pages.at(-1)?.next !== undefined && (
        <p>
          <button type="button" onClick={more}>
            {say(w.more)}
          </button>
        </p>
      )}
      <Given />
    </main>
  );
}
