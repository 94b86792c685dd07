// One message with all that is known of it: who asks whom, how long is left on both clocks, what it says, each thing with its marking.
import { code } from '../../codes/code';
import { may } from '../../codes/roles';
import { country } from '../../codes/country';
import { at, left, localAt, span } from '../../core/clock';
import { useLive, useLoad } from '../../core/load';
import { Heading, Loading, ProblemBox } from '../../core/parts';
import { link } from '../../core/route';
import { now, session } from '../../core/state';
import type { ItemShown } from '../../core/types';
import { say } from '../../core/words';
import { LeftShown } from '../../core/rows';
import { Attachments, CrosscheckShown, History, TranslationsShown } from './beside';
import { Body, Things } from './body';
import { Direction } from './direction';
import { Acts } from './acts';
import { Fact, Facts } from './facts';
import { isOfOurs, text, type Bag } from './read';
import w from './words';

function Limit({ shown }: { shown: ItemShown }) {
  const isAnswered = shown.timeline.some((one) => one.what === 'answer');
  if (shown.type !== 'request') return null;
  return (
    <section class="limit" aria-labelledby="limit">
      <h2 id="limit">{say(w.limit)}</h2>
      <LeftShown left={left({ due: shown.due, from: shown.receipt?.time, suspended: shown.suspended_since, isAnswered }, now.value)} />
      <Facts>
        {shown.due !== undefined && <Fact name={say(w.due)}>{at(shown.due)}</Fact>}
        {shown.due_local?.map((one) => (
          <Fact key={one.party} name={say(w.clockOf, { party: country(one.party), zone: one.time_zone })}>
            {localAt(one.time)}
          </Fact>
        ))}
        {shown.due_row !== undefined && <Fact name={say(w.row)}>{code('due_row', shown.due_row)}</Fact>}
        {shown.suspended_since !== undefined && <Fact name={say(w.suspended)}>{at(shown.suspended_since)}</Fact>}
        {shown.minutes_left_then !== undefined && <Fact name={say(w.leftThen)}>{span(shown.minutes_left_then)}</Fact>}
        {shown.delayed_to !== undefined && <Fact name={say(w.delayed)}>{at(shown.delayed_to)}</Fact>}
        {shown.erased_from !== undefined && <Fact name={say(w.erased)}>{at(shown.erased_from)}</Fact>}
      </Facts>
    </section>
  );
}

function Shown({ shown }: { shown: ItemShown }) {
  const body = shown.body;
  const reference = body === undefined ? undefined : text(body, 'reference');
  return (
    <>
      <p class="direction">
        <Direction shown={shown} />
      </p>
      <Heading>
        <bdi>{reference ?? shown.item}</bdi>
      </Heading>
      {body?.['training'] === true && <p class="notice">{say(w.training)}</p>}
      {body?.['urgent'] === true && (
        <p class="notice urgent">
          <strong>{say(w.urgent, { ground: code('urgent', text(body, 'urgency_ground') ?? '') })}</strong>
        </p>
      )}
      <Acts shown={shown} />
      <div class="columns">
        <div>
          {body === undefined ? <p class="state">{say(w.bodyState, { state: code('body_state', shown.body_state) })}</p> : <Body body={body} />}
          {body !== undefined && <Things body={body} parts={(shown.parts ?? []) as Bag[]} />}
          {body !== undefined && <Attachments shown={shown} body={body} />}
        </div>
        <aside>
          <Limit shown={shown} />
          <History shown={shown} />
          {shown.type !== 'answer' && may(session.value?.role, 'crosscheck-show') && <CrosscheckShown item={shown.item} />}
          {may(session.value?.role, 'translation-list') && <TranslationsShown item={shown.item} />}
        </aside>
      </div>
    </>
  );
}

export function RequestScreen({ item }: { item: string }) {
  const { value, problem, isLoading, again } = useLoad<ItemShown>(`/api/v1/items/${encodeURIComponent(item)}`);
  useLive(() => again(true));
  const isOwn = value !== null && isOfOurs(value.type, value.log, session.value?.party);
  return (
    <main id="content">
      <p>
        <a href={link(isOwn ? 'sent' : 'inbox')}>← {say(isOwn ? w.backOwn : w.back)}</a>
      </p>
      {value === null && <Heading>{say(w.title)}</Heading>}
      {isLoading && <Loading />}
      {problem !== null && <ProblemBox problem={problem} retry={() => again()} />}
      {value !== null && <Shown key={value.item} shown={value} />}
    </main>
  );
}
