// Our requests: how far each is with the partner, and how long the partner still has.
import { code } from '../../codes/code';
import { may } from '../../codes/roles';
import { country } from '../../codes/country';
import { at, left } from '../../core/clock';
import { useKeys } from '../../core/keys';
import { usePages } from '../../core/pages';
import { Empty, Heading, Loading, ProblemBox } from '../../core/parts';
import { link, route } from '../../core/route';
import { LeftShown, rowMove } from '../../core/rows';
import { shown } from '../../core/shown';
import { now, session } from '../../core/state';
import type { Counts, OwnRequests, RequestRow, ReturnedRow } from '../../core/types';
import { say, type Word } from '../../core/words';
import { filterRead, filters, isReturned, queryOf, type Filter } from './rows';
import w from './words';

function Tiles({ counts, chosen }: { counts: Counts | undefined; chosen: Filter }) {
  const words: Record<Filter, Word> = { open: w.open, overdue: w.overdue, answered: w.answered, all: w.all };
  const number = (filter: Filter): string => {
    if (counts === undefined || (filter !== 'open' && filter !== 'overdue')) return '';
    return counts[filter] >= counts.counted_to ? say(w.orMore, { n: counts[filter] }) : String(counts[filter]);
  };
  return (
    <nav class="tiles" aria-label={say(w.tiles)}>
      {filters.map((filter) => (
        <a key={filter} class={`tile ${filter}`} href={link('sent', '', filter)} aria-current={filter === chosen ? 'true' : undefined}>
          {number(filter) !== '' && <span class="number">{number(filter)}</span>}
          <span>{say(words[filter])}</span>
        </a>
      ))}
    </nav>
  );
}

function Row({ row }: { row: RequestRow }) {
  const isAnswered = row.state === 'answered';
  return (
    <tr>
      <td class="time">
        <LeftShown left={left({ due: row.due, from: row.received, suspended: row.suspended_since, isAnswered }, now.value)} />
        {row.due !== undefined && !isAnswered && <span class="quiet">{at(row.due)}</span>}
      </td>
      <th scope="row">
        <a href={link('request', row.item)} data-row>
          <bdi>{shown(row.reference)}</bdi>
        </a>
        <span class="quiet">{say(w.written, { at: at(row.created) })}</span>
      </th>
      <td>{country(row.partner)}</td>
      <td>{row.urgent === 'no' ? code('urgent', 'no') : <strong>{code('urgent', row.urgent)}</strong>}</td>
      <td>
        {code('sent_state', row.state)}
        {row.received !== undefined && <span class="quiet">{say(w.receipt, { at: at(row.received) })}</span>}
        {row.partner_says !== undefined && row.partner_says !== 'accepted' && <strong class="quiet">{code('partner_says', row.partner_says)}</strong>}
      </td>
      <td>{row.unit ?? '–'}</td>
    </tr>
  );
}

function Returned({ rows }: { rows: ReturnedRow[] }) {
  if (rows.length === 0) return null;
  return (
    <section aria-labelledby="returned">
      <h2 id="returned">{say(w.returned)}</h2>
      <ul class="lines">
        {rows.map((row) => (
          <li key={row.item}>
            <a href={link('request', row.item)} data-row>
              <bdi>{shown(row.reference ?? row.item)}</bdi>
            </a>{' '}
            {country(row.partner)} · {at(row.returned)}
            <bdi class="text" lang="en">
              {shown(row.why)}
            </bdi>
          </li>
        ))}
      </ul>
    </section>
  );
}

export function Sent() {
  const filter = filterRead(route.value.filter);
  const { pages, problem, again, more } = usePages<OwnRequests>(`/api/v1/sent?${queryOf(filter)}`);
  useKeys({ j: () => rowMove(1), k: () => rowMove(-1) });
  const all = pages.flatMap((page) => page.list);
  const rows = all.filter((row): row is RequestRow => !isReturned(row));
  return (
    <main id="content">
      <Heading>{say(w.title)}</Heading>
      {may(session.value?.role, 'request-send') && (
        <p class="acts">
          <a href={link('compose')}>{say(w.compose)}</a>
        </p>
      )}
      <Tiles counts={pages[0]?.counts} chosen={filter} />
      {problem !== null && <ProblemBox problem={problem} retry={again} />}
      {pages.length === 0 && problem === null && <Loading />}
      {rows.length > 0 && (
        <div class="scroll" role="region" tabIndex={0} aria-label={say(w.caption)}>
          <table class="inbox">
            <caption class="sr">{say(w.caption)}</caption>
            <thead>
              <tr>
                {[w.left, w.reference, w.to, w.urgency, w.state, w.unit].map((word) => (
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
      )}
      {pages.length > 0 && rows.length === 0 && <Empty text={say(w.none)} next={<p class="quiet">{say(w.noneNext)}</p>} />}
      {pages.at(-1)?.next !== undefined && (
        <p>
          <button type="button" onClick={more}>
            {say(w.more)}
          </button>
        </p>
      )}
      <Returned rows={all.filter(isReturned)} />
    </main>
  );
}
