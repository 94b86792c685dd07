// The inbox: requests to us by the time that is left, tiles that count and filter, live rows, all by keyboard.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { code } from '../../codes/code';
import { country } from '../../codes/country';
import { call } from '../../core/api';
import { at, left, type Left } from '../../core/clock';
import { listen } from '../../core/events';
import { useKeys } from '../../core/keys';
import { Empty, Heading, Loading, ProblemBox } from '../../core/parts';
import { link, route } from '../../core/route';
import { shown } from '../../core/shown';
import { now } from '../../core/state';
import type { Counts, GivenRow, RequestRow, Requests } from '../../core/types';
import { say, type Word } from '../../core/words';
import { countFresh, filterRead, filters, isGiven, join, matches, queryOf, type Filter } from './rows';
import w from './words';

/** Pages of the list; what is there stays while it is read anew, and a live change reads as many pages as are shown. */
function useInbox(filter: Filter) {
  const [pages, setPages] = useState<Requests[]>([]);
  const [problem, setProblem] = useState<unknown>(null);
  const [fresh, setFresh] = useState(0);
  const shown = useRef<Requests[]>([]);
  const round = useRef(0);

  const read = useCallback(
    async (count: number, automatic: boolean) => {
      const mine = ++round.current;
      const found: Requests[] = [];
      let after = '';
      try {
        for (let i = 0; i < count; i++) {
          const page = await call<Requests>('GET', `/api/v1/inbox?${queryOf(filter, after)}`, { automatic });
          found.push(page);
          after = page.next ?? '';
          if (after === '') break;
        }
      } catch (failure) {
        if (mine === round.current) setProblem(failure);
        return;
      }
      if (mine !== round.current) return;
      const before = shown.current[0];
      if (automatic && before !== undefined && found[0] !== undefined) setFresh(countFresh(before, found[0]));
      shown.current = found;
      setProblem(null);
      setPages(found);
    },
    [filter],
  );
  useEffect(() => {
    shown.current = [];
    setPages([]);
    setFresh(0);
    void read(1, false);
    // The first of a burst of events is shown at once, the rest of it together.
    let last = 0;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const quit = listen(() => {
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          last = Date.now();
          void read(Math.max(1, shown.current.length), true);
        },
        Math.max(50, last + 2000 - Date.now()),
      );
    });
    return () => {
      quit();
      clearTimeout(timer);
      round.current++;
    };
  }, [read]);
  return { pages, problem, fresh, again: () => void read(Math.max(1, pages.length), false), more: () => void read(pages.length + 1, false) };
}

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

/** Time left in words, with a sign and a bar: never by colour alone. */
export function LeftShown({ left: time }: { left: Left }) {
  const signs = { overdue: '▲', soon: '◆', runs: '●', stands: '❚❚', none: '–' } as const;
  return (
    <span class={`left ${time.kind}`}>
      <span aria-hidden="true">{signs[time.kind]}</span> <span>{time.text}</span>
      {(time.kind === 'runs' || time.kind === 'soon') && (
        <span class="bar" aria-hidden="true">
          <span style={{ width: `${Math.round(time.share * 100)}%` }} />
        </span>
      )}
    </span>
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

function Given({ rows }: { rows: GivenRow[] }) {
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

/** j and k go through the links of the rows, and stay at the ends. */
function rowMove(by: number): void {
  const links = [...document.querySelectorAll<HTMLElement>('[data-row]')];
  const at = links.indexOf(document.activeElement as HTMLElement);
  links[Math.min(links.length - 1, Math.max(0, at === -1 ? 0 : at + by))]?.focus();
}

export function Inbox() {
  const filter = filterRead(route.value.filter);
  const { pages, problem, fresh, again, more } = useInbox(filter);
  const [looked, setLooked] = useState('');
  const find = useRef<HTMLInputElement>(null);
  useKeys({ j: () => rowMove(1), k: () => rowMove(-1), '/': () => find.current?.focus() });

  const all = join(pages);
  const rows = all.filter((row): row is RequestRow => !isGiven(row));
  const found = rows.filter((row) => matches(row, looked, country(row.partner)));
  const given = all.filter(isGiven);
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
      <Given rows={given} />
    </main>
  );
}
