// What is given or asked about, each with its own marking: a person, or a text.
import { code } from '../../codes/code';
import { country } from '../../codes/country';
import { day } from '../../core/clock';
import { say } from '../../core/words';
import { Fact, Facts, ListFact, TextFact } from './facts';
import { bag, bags, isProtected, rest, text, texts, type Bag } from './read';
import w from './words';

function Day({ name, time }: { name: string; time: string | undefined }) {
  return time === undefined ? null : <Fact name={name}>{day(time)}</Fact>;
}

const MARKING = [
  'id', 'type', 'schema_version', 'origin_party', 'origin_ref', 'source_system', 'source_partner', 'purpose', 'offences', 'source_eval',
  'info_eval', 'nature', 'handling', 'handling_note', 'classification', 'permitted_action', 'as_of', 'recorded_at', 'recorded_by',
  'review_at', 'erase_at', 'special_categories', 'special_justification', 'transfer', 'third_party', 'third_party_restriction',
  'third_party_consent', 'restricted', 'supersedes',
] as const;

export function Transfer({ from }: { from: Bag }) {
  const transfer = bag(from['transfer']);
  if (transfer === null) return null;
  const ground = code('transfer', text(transfer, 'ground') ?? '');
  return (
    <Fact name={say(w.transfer)}>
      <bdi>{say(w.transferSays, { ground, instrument: text(transfer, 'instrument') ?? '', article: text(transfer, 'article') ?? '' })}</bdi>
      {text(transfer, 'reason') !== undefined && <bdi class="text">{text(transfer, 'reason')}</bdi>}
    </Fact>
  );
}

export function Rest({ from, known }: { from: Bag; known: readonly string[] }) {
  return <ListFact name={say(w.other)} values={rest(from, known).map(([name, value]) => <bdi class="text">{`${name}: ${value}`}</bdi>)} />;
}

/** The codes that bind whoever reads the thing beside them. */
function Marking({ of }: { of: Bag }) {
  const third = [text(of, 'third_party'), text(of, 'third_party_restriction'), text(of, 'third_party_consent')].filter((one) => one !== undefined);
  return (
    <div class="marking">
      <h4>{say(w.marking)}</h4>
      <Facts>
        <ListFact name={say(w.handling)} values={texts(of, 'handling').map((one) => code('handling', one))} />
        <TextFact name={say(w.note)} value={text(of, 'handling_note')} />
        <Fact name={say(w.classification)}>{code('classification', text(of, 'classification') ?? '')}</Fact>
        <Fact name={say(w.evaluation)}>
          {code('source_eval', text(of, 'source_eval') ?? '')}
          <br />
          {code('info_eval', text(of, 'info_eval') ?? '')}
        </Fact>
        <Fact name={say(w.nature)}>{code('nature', text(of, 'nature') ?? '')}</Fact>
        <Fact name={say(w.source)}>
          {code('source_system', text(of, 'source_system') ?? '')} {country(text(of, 'source_partner') ?? '')} · {country(text(of, 'origin_party') ?? '')}{' '}
          <bdi>{text(of, 'origin_ref')}</bdi>
        </Fact>
        <Fact name={say(w.purpose)}>{code('purpose', text(of, 'purpose') ?? '')}</Fact>
        <ListFact name={say(w.offences)} values={texts(of, 'offences').map((one) => code('offence', one))} />
        {text(of, 'permitted_action') !== undefined && <Fact name={say(w.action)}>{code('permitted_action', text(of, 'permitted_action') ?? '')}</Fact>}
        {of['restricted'] === true && <Fact name={say(w.restricted)}>!</Fact>}
        <ListFact name={say(w.special)} values={texts(of, 'special_categories').map((one) => code('special', one))} />
        <TextFact name={say(w.special)} value={text(of, 'special_justification')} />
        <ListFact name={say(w.third)} values={third.map((one) => <bdi>{one}</bdi>)} />
        <Transfer from={of} />
        <Day name={say(w.asOf)} time={text(of, 'as_of')} />
        <Day name={say(w.reviewAt)} time={text(of, 'review_at')} />
        <Day name={say(w.eraseAt)} time={text(of, 'erase_at')} />
        <Rest from={of} known={MARKING} />
      </Facts>
    </div>
  );
}

function nameOf(name: Bag): string {
  const more = [
    [w.father, text(name, 'father')],
    [w.maiden, text(name, 'maiden')],
    [w.alias, text(name, 'alias')],
  ] as const;
  const plain = [text(name, 'given'), text(name, 'family')].filter((one) => one !== undefined).join(' ');
  const said = more.filter(([, value]) => value !== undefined).map(([word, value]) => say(word, { name: value ?? '' }));
  return [plain, ...said].filter((one) => one !== '').join(', ');
}

const PERSON = [
  'marking', 'category', 'minor', 'names', 'sex', 'birth_date', 'birth_place', 'birth_country', 'nationalities', 'documents', 'phones',
  'addresses', 'occupation', 'description', 'link_to_purpose',
] as const;

export function Person({ person, number, lang }: { person: Bag; number: number; lang: string | undefined }) {
  const born = [text(person, 'birth_date'), text(person, 'birth_place'), text(person, 'birth_country') && country(text(person, 'birth_country') ?? '')];
  return (
    <article class="thing">
      <h3>
        {say(w.person, { n: number, category: code('category', text(person, 'category') ?? '') })}
        {person['minor'] === true && <span class="tag">{say(w.minor)}</span>}
      </h3>
      {isProtected(person) && <p class="notice">{say(w.protect)}</p>}
      <div class="beside">
        <Facts>
          <ListFact name={say(w.name)} values={bags(person, 'names').map((name) => <bdi>{nameOf(name)}</bdi>)} />
          {text(person, 'sex') !== undefined && <Fact name={say(w.sex)}>{code('sex', text(person, 'sex') ?? '')}</Fact>}
          <TextFact name={say(w.born)} value={born.filter(Boolean).join(', ') || undefined} />
          <ListFact name={say(w.nationality)} values={texts(person, 'nationalities').map(country)} />
          <ListFact
            name={say(w.documents)}
            values={bags(person, 'documents').map((one) => (
              <>
                {code('document', text(one, 'kind') ?? '')}: <bdi class="exact">{text(one, 'number')}</bdi> {country(text(one, 'country') ?? '')}
              </>
            ))}
          />
          <ListFact name={say(w.phones)} values={texts(person, 'phones').map((one) => <bdi class="exact">{one}</bdi>)} />
          <ListFact name={say(w.addresses)} values={texts(person, 'addresses').map((one) => <bdi>{one}</bdi>)} />
          <TextFact name={say(w.occupation)} value={text(person, 'occupation')} lang={lang} />
          <TextFact name={say(w.description)} value={text(person, 'description')} lang={lang} />
          <TextFact name={say(w.linked)} value={text(person, 'link_to_purpose')} lang={lang} />
          <Rest from={person} known={PERSON} />
        </Facts>
        <Marking of={bag(person['marking']) ?? {}} />
      </div>
    </article>
  );
}

export function Item({ item, number, lang }: { item: Bag; number: number; lang: string | undefined }) {
  const person = bag(item['person']);
  const words = bag(item['text']);
  const kind = code('source_kind', text(item, 'source_kind') ?? '');
  return (
    <>
      {person !== null && <Person person={person} number={number} lang={lang} />}
      {words !== null && (
        <article class="thing">
          <h3>{say(w.text, { n: number })}</h3>
          <div class="beside">
            <Facts>
              <TextFact name={code('nature', text(bag(words['marking']) ?? {}, 'nature') ?? '')} value={text(words, 'text')} lang={lang} />
              <Fact name={say(w.sourceKind)}>{kind}</Fact>
            </Facts>
            <Marking of={bag(words['marking']) ?? {}} />
          </div>
        </article>
      )}
    </>
  );
}
