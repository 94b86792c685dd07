// One message with all that is known of it: who asks whom, how long is left on both clocks, what it says, each thing with its marking.
import { code } from '../../codes/code';
import { country, languageName } from '../../codes/country';
import { at, left, localAt, span } from '../../core/clock';
import { useLoad } from '../../core/load';
import { Heading, Loading, ProblemBox } from '../../core/parts';
import { link } from '../../core/route';
import { now } from '../../core/state';
import type { ItemShown } from '../../core/types';
import { say } from '../../core/words';
import { LeftShown } from '../inbox/view';
import { Attachments, CrosscheckShown, History, TranslationsShown } from './beside';
import { Fact, Facts, ListFact, TextFact } from './facts';
import { Item, Person, Rest, Transfer } from './marked';
import { bags, itemsOf, partiesOf, text, texts, type Bag } from './read';
import w from './words';

const KNOWN = [
  'reference', 'case_reference', 'request_reference', 'authority', 'address', 'officer', 'approved_by', 'purpose', 'offences', 'facts',
  'asked', 'believed_available_reason', 'persons', 'urgent', 'urgency_ground', 'urgency_reason', 'language', 'handling', 'handling_note',
  'classification', 'foreign_references', 'necessary_and_proportionate', 'believed_available', 'no_death_penalty', 'transfer', 'training',
  'parts', 'attachments', 'outcome', 'items', 'refusals', 'to_judge', 'judicial_authorisation', 'emergency_single', 'relevance',
  'provision', 'exception',
] as const;

/** Who says what to whom; the other side's name never stands alone. */
function Direction({ shown }: { shown: ItemShown }) {
  const parties = partiesOf(shown.log);
  const word = shown.type === 'request' ? w.asks : shown.type === 'answer' ? w.answers : shown.type === 'spontaneous' ? w.gives : w.writes;
  if (parties === null) return <bdi class="exact">{shown.log}</bdi>;
  return <>{say(word, { from: country(parties.from), to: country(parties.to) })}</>;
}

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

function Body({ body }: { body: Bag }) {
  const lang = text(body, 'language');
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">{say(w.facts)}</h2>
      {lang !== undefined && <p class="quiet">{say(w.theirLanguage, { language: languageName(lang) })}</p>}
      <Facts>
        <TextFact name={say(w.asked)} value={text(body, 'asked')} lang={lang} />
        {text(body, 'outcome') !== undefined && <Fact name={say(w.outcome)}>{code('outcome', text(body, 'outcome') ?? '')}</Fact>}
        <ListFact
          name={say(w.refusals)}
          values={bags(body, 'refusals').map((one) => (
            <>
              {say(w.ground, { ground: text(one, 'ground') ?? '' })} <bdi class="text">{text(one, 'reason')}</bdi>
            </>
          ))}
        />
        <TextFact name={say(w.factsOfCase)} value={text(body, 'facts')} lang={lang} />
        <TextFact name={say(w.relevance)} value={text(body, 'relevance')} lang={lang} />
        <TextFact name={say(w.urgencyReason)} value={text(body, 'urgency_reason')} lang={lang} />
        <TextFact name={say(w.believed)} value={text(body, 'believed_available_reason')} lang={lang} />
        <TextFact name={say(w.toJudge)} value={text(body, 'to_judge')} lang={lang} />
        <TextFact name={say(w.requestReference)} value={text(body, 'request_reference')} />
        <TextFact name={say(w.reference)} value={text(body, 'reference')} />
        <TextFact name={say(w.caseReference)} value={text(body, 'case_reference')} />
        <TextFact name={say(w.authority)} value={text(body, 'authority')} lang={lang} />
        <TextFact name={say(w.address)} value={text(body, 'address')} />
        {text(body, 'purpose') !== undefined && <Fact name={say(w.purpose)}>{code('purpose', text(body, 'purpose') ?? '')}</Fact>}
        <ListFact name={say(w.offences)} values={texts(body, 'offences').map((one) => code('offence', one))} />
        {text(body, 'provision') !== undefined && <Fact name={say(w.provision)}>{code('provision', text(body, 'provision') ?? '')}</Fact>}
        <TextFact name={say(w.authorisation)} value={text(body, 'judicial_authorisation')} />
        {text(body, 'emergency_single') !== undefined && (
          <Fact name={say(w.emergency)}>{code('urgent', text(body, 'emergency_single') ?? '')}</Fact>
        )}
        <ListFact name={say(w.use)} values={texts(body, 'handling').map((one) => code('handling', one))} />
        <TextFact name={say(w.note)} value={text(body, 'handling_note')} lang={lang} />
        <Fact name={say(w.classification)}>{code('classification', text(body, 'classification') ?? '')}</Fact>
        <ListFact
          name={say(w.elsewhere)}
          values={bags(body, 'foreign_references').map((one) => (
            <>
              {code('channel', text(one, 'channel') ?? '')}: <bdi>{text(one, 'reference')}</bdi>
            </>
          ))}
        />
        <Transfer from={body} />
        <TextFact name={say(w.officer)} value={text(body, 'officer')} />
        <TextFact name={say(w.approvedBy)} value={text(body, 'approved_by')} />
        <Rest from={body} known={KNOWN} />
      </Facts>
    </section>
  );
}

function Things({ body, shown }: { body: Bag; shown: ItemShown }) {
  const lang = text(body, 'language');
  const persons = bags(body, 'persons');
  const items = itemsOf(body, (shown.parts ?? []) as Bag[]);
  return (
    <>
      {persons.length > 0 && (
        <section aria-labelledby="persons">
          <h2 id="persons">{say(w.persons)}</h2>
          {persons.map((person, number) => (
            <Person key={number} person={person} number={number + 1} lang={lang} />
          ))}
        </section>
      )}
      {items.length > 0 && (
        <section aria-labelledby="items">
          <h2 id="items">{say(w.items)}</h2>
          {items.map((item, number) => (
            <Item key={number} item={item} number={number + 1} lang={lang} />
          ))}
        </section>
      )}
    </>
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
      <div class="columns">
        <div>
          {body === undefined ? <p class="state">{say(w.bodyState, { state: code('body_state', shown.body_state) })}</p> : <Body body={body} />}
          {body !== undefined && <Things body={body} shown={shown} />}
          {body !== undefined && <Attachments shown={shown} body={body} />}
        </div>
        <aside>
          <Limit shown={shown} />
          <History shown={shown} />
          {shown.type !== 'answer' && <CrosscheckShown item={shown.item} />}
          <TranslationsShown item={shown.item} />
        </aside>
      </div>
    </>
  );
}

export function RequestScreen({ item }: { item: string }) {
  const { value, problem, isLoading, again } = useLoad<ItemShown>(`/api/v1/items/${encodeURIComponent(item)}`);
  return (
    <main id="content">
      <p>
        <a href={link('inbox')}>← {say(w.back)}</a>
      </p>
      {value === null && <Heading>{say(w.title)}</Heading>}
      {isLoading && <Loading />}
      {problem !== null && <ProblemBox problem={problem} retry={() => again()} />}
      {value !== null && <Shown key={value.item} shown={value} />}
    </main>
  );
}
