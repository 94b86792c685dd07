// What a message says: a request, an answer, or what was given unasked; each thing in it with its marking.
import { code, type CodeTable } from '../../codes/code';
import { tables } from '../../codes/words';
import { languageName } from '../../codes/country';
import { at } from '../../core/clock';
import { say } from '../../core/words';
import { Fact, Facts, ListFact, TextFact } from './facts';
import { Item, Person, Rest, Transfer } from './marked';
import { bags, itemsOf, text, texts, type Bag } from './read';
import w from './words';

const KNOWN = [
  'reference', 'case_reference', 'request_reference', 'authority', 'address', 'officer', 'approved_by', 'purpose', 'offences', 'facts',
  'asked', 'believed_available_reason', 'persons', 'urgent', 'urgency_ground', 'urgency_reason', 'language', 'handling', 'handling_note',
  'classification', 'foreign_references', 'necessary_and_proportionate', 'believed_available', 'no_death_penalty', 'transfer', 'training',
  'parts', 'attachments', 'outcome', 'items', 'refusals', 'to_judge', 'judicial_authorisation', 'emergency_single', 'relevance',
  'provision', 'exception', 'question', 'reply', 'access', 'held_by', 'source', 'doubt', 'urgency', 'authorisation', 'reason',
  'reason_text', 'expected_by', 'by_head_of_desk',
] as const;

function CodeFact({ name, table, value }: { name: string; table: CodeTable; value: string | undefined }) {
  return value === undefined ? null : <Fact name={name}>{code(table, value)}</Fact>;
}

/** `isDraft`: the node still puts the pseudonyms of those who act in their places. */
export function Body({ body, isDraft = false }: { body: Bag; isDraft?: boolean }) {
  const lang = text(body, 'language');
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">{say(w.facts)}</h2>
      {lang !== undefined && <p class="quiet">{say(isDraft ? w.inLanguage : w.theirLanguage, { language: languageName(lang) })}</p>}
      <Facts>
        <TextFact name={say(w.question)} value={text(body, 'question')} lang={lang} />
        <TextFact name={say(w.reply)} value={text(body, 'reply')} lang={lang} />
        <CodeFact name={say(w.accessible)} table="access" value={text(body, 'access')} />
        <CodeFact name={say(w.heldBy)} table="held_by" value={text(body, 'held_by')} />
        <TextFact name={say(w.register)} value={text(body, 'source')} />
        <CodeFact name={say(w.notUrgent)} table="doubt" value={text(body, 'doubt')} />
        <CodeFact name={say(w.urgencyIs)} table="urgency" value={text(body, 'urgency')} />
        <CodeFact name={say(w.authorisation)} table="delay_stage" value={text(body, 'authorisation')} />
        <CodeFact name={say(w.later)} table="delay_reason" value={text(body, 'reason')} />
        <TextFact name={say(w.later)} value={text(body, 'reason_text')} lang={lang} />
        {text(body, 'expected_by') !== undefined && <Fact name={say(w.expected)}>{at(text(body, 'expected_by'))}</Fact>}
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
        {isDraft && typeof body['urgent'] === 'boolean' && <Fact name={say(w.howUrgent)}>{code('urgent', text(body, 'urgency_ground') ?? 'no')}</Fact>}
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
        <CodeFact name={say(w.classification)} table="classification" value={text(body, 'classification')} />
        <ListFact
          name={say(w.elsewhere)}
          values={bags(body, 'foreign_references').map((one) => (
            <>
              {code('channel', text(one, 'channel') ?? '')}: <bdi>{text(one, 'reference')}</bdi>
            </>
          ))}
        />
        <Transfer from={body} />
        {isDraft && <ListFact name={say(w.declared)} values={Object.keys(tables.declaration).filter((one) => body[one] === true).map((one) => code('declaration', one))} />}
        {!isDraft && <TextFact name={say(w.officer)} value={text(body, 'officer')} />}
        {!isDraft && <TextFact name={say(w.approvedBy)} value={text(body, 'approved_by')} />}
        <Rest from={body} known={KNOWN} />
      </Facts>
    </section>
  );
}

export function Things({ body, parts }: { body: Bag; parts: Bag[] }) {
  const lang = text(body, 'language');
  const persons = bags(body, 'persons');
  const items = itemsOf(body, parts);
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
