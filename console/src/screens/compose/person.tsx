// The persons of a new request: who is named, taken from the case or entered by form, each with the link to the purpose and its marking.
import { country } from '../../codes/country';
import { code } from '../../codes/code';
import { keyMake } from '../../core/api';
import { Choice, Line, Lines } from '../../core/controls';
import { go, link, route } from '../../core/route';
import { shown } from '../../core/shown';
import { isTraining, now, session } from '../../core/state';
import type { ProblemField } from '../../core/types';
import { say } from '../../core/words';
import { handlingOf } from '../decide/give';
import { DateField } from '../decide/givefields';
import { Person } from '../request/marked';
import { bodyOf, wanted } from './form';
import { fault, options, Select, TaskForm, type TaskProps } from './parts';
import { codesOf, emptyDocument, emptyName, emptyPerson, personLacks, personTaken, personTitle, type DocumentEntered, type NameEntered, type PersonEntered } from './personform';
import w from './words';

function titleOf(one: PersonEntered): string {
  const name = personTitle(one);
  return name === '' ? say(w.unnamed) : shown(name);
}

/** Begins a person, and leads to its form. */
function add({ entered, change }: TaskProps, one: PersonEntered): void {
  change({ persons: [...entered.persons, one], isNobody: false });
  go(link('compose', 'person', String(entered.persons.length)));
}

export function Persons(props: TaskProps) {
  const { entered, change, errors, caseShown, goOn } = props;
  const isWhole = wanted('persons', entered).length === 0;
  const others = (caseShown?.people ?? []).filter((one) => one.record !== undefined && !entered.persons.some((has) => has.fromCase === one.person));
  return (
    <TaskForm title={say(w.persons)} why={say(w.personsWhy)} isWhole={isWhole} goOn={goOn}>
      {(isTried) => (
        <>
          {entered.persons.map((one, at) => (
            <article class="thing" key={one.id}>
              <h2>
                {say(w.person, { n: at + 1 })}: <bdi>{titleOf(one)}</bdi>
              </h2>
              <p class="quiet">{one.category === '' ? '' : code('category', one.category)}</p>
              {isTried && personLacks(one).length > 0 && (
                <p class="error" role="alert">
                  {say(w.personLacks, { n: at + 1 })}
                </p>
              )}
              {fault(false, errors, 'persons', String(at)) !== undefined && (
                <p class="error" role="alert">
                  <bdi lang="en">{fault(false, errors, 'persons', String(at))}</bdi>
                </p>
              )}
              <p>
                <a href={link('compose', 'person', String(at))}>{say(w.changePerson, { n: at + 1 })}</a>{' '}
                <button type="button" onClick={() => change({ persons: entered.persons.filter((_, place) => place !== at) })}>
                  {say(w.removePerson, { n: at + 1 })}
                </button>
              </p>
            </article>
          ))}
          {others.map((one) => {
            const taken = personTaken(one.record ?? {}, one.person, '');
            return (
              <p key={one.person}>
                <button type="button" onClick={() => add(props, { ...taken, id: keyMake() })}>
                  <bdi>{say(w.take, { name: titleOf(taken) })}</bdi>
                </button>
              </p>
            );
          })}
          <p>
            <button type="button" onClick={() => add(props, emptyPerson(keyMake(), now.value))}>
              {say(w.add)}
            </button>
          </p>
          {entered.persons.length === 0 && (
            <Choice
              legend={say(w.nobodyIs)}
              error={isTried && !isWhole ? say(w.somebody) : undefined}
              isMany
              options={[['nobody', say(w.nobody)]]}
              chosen={entered.isNobody ? ['nobody'] : []}
              choose={(chosen) => change({ isNobody: chosen.length > 0 })}
            />
          )}
        </>
      )}
    </TaskForm>
  );
}

type FieldsProps = { one: PersonEntered; at: number; isTried: boolean; errors: readonly ProblemField[]; change: (part: Partial<PersonEntered>) => void };

function Names({ one, at, isTried, errors, change }: FieldsProps) {
  const put = (place: number, part: Partial<NameEntered>): void => change({ names: one.names.map((was, n) => (n === place ? { ...was, ...part } : was)) });
  return (
    <>
      {one.names.map((name, place) => {
        const wrong = (field: string): string | undefined => fault(false, errors, 'persons', String(at), 'names', String(place), field);
        const parts = { family: w.family, given: w.given, father: w.father, maiden: w.maiden, alias: w.alias } as const;
        return (
          <fieldset class="thing" key={place}>
            <legend>{say(w.name, { n: place + 1 })}</legend>
            <p class="hint quiet">{say(w.nameHint)}</p>
            {isTried && personLacks(one).includes('names') && (
              <p class="error" role="alert">
                {say(w.nameNeeded)}
              </p>
            )}
            {(Object.keys(parts) as (keyof typeof parts)[]).map((part) => (
              <Line key={part} label={say(parts[part])} error={wrong(part)} value={name[part]} set={(value) => put(place, { [part]: value })} />
            ))}
            <Select label={say(w.script)} error={wrong('script')} value={name.script} options={options('script')} set={(script) => put(place, { script })} />
            {one.names.length > 1 && (
              <button type="button" onClick={() => change({ names: one.names.filter((_, n) => n !== place) })}>
                {say(w.removeName, { n: place + 1 })}
              </button>
            )}
          </fieldset>
        );
      })}
      <p>
        <button type="button" onClick={() => change({ names: [...one.names, emptyName] })}>
          {say(w.addName)}
        </button>
      </p>
    </>
  );
}

function Documents({ one, at, isTried, errors, change }: FieldsProps) {
  const put = (place: number, part: Partial<DocumentEntered>): void => change({ documents: one.documents.map((was, n) => (n === place ? { ...was, ...part } : was)) });
  return (
    <>
      {one.documents.map((document, place) => {
        const wrong = (field: string): string | undefined => fault(false, errors, 'persons', String(at), 'documents', String(place), field);
        const isLacking = isTried && (document.kind === '' || document.number.trim() === '');
        return (
          <fieldset class="thing" key={place}>
            <legend>{say(w.document, { n: place + 1 })}</legend>
            {isLacking && (
              <p class="error" role="alert">
                {say(w.documentNeeded)}
              </p>
            )}
            <Select label={say(w.kind)} error={wrong('kind')} value={document.kind} options={options('document')} set={(kind) => put(place, { kind })} />
            <Line label={say(w.number)} error={wrong('number')} value={document.number} set={(number) => put(place, { number })} />
            <Line label={say(w.issuer)} hint={countriesHint(document.country)} error={wrong('country')} value={document.country} set={(value) => put(place, { country: value })} />
            <button type="button" onClick={() => change({ documents: one.documents.filter((_, n) => n !== place) })}>
              {say(w.removeDocument, { n: place + 1 })}
            </button>
          </fieldset>
        );
      })}
      <p>
        <button type="button" onClick={() => change({ documents: [...one.documents, emptyDocument] })}>
          {say(w.addDocument)}
        </button>
      </p>
    </>
  );
}

/** The states that codes stand for, in words, so that nobody takes one for another. */
function countriesHint(text: string): string {
  const codes = codesOf(text).filter((one) => one.length === 2);
  return codes.length === 0 ? say(w.countryHint) : codes.map((one) => `${one}: ${country(one)}`).join(', ');
}

function MarkingFields({ one, at, isTried, errors, change }: FieldsProps) {
  const lacking = personLacks(one);
  const wrong = (name: keyof PersonEntered, field: string): string | undefined => fault(isTried && lacking.includes(name), errors, 'persons', String(at), 'marking', field);
  return (
    <fieldset class="thing">
      <legend>{say(w.marking)}</legend>
      <Select label={say(w.nature)} error={wrong('nature', 'nature')} value={one.nature} options={options('nature')} set={(nature) => change({ nature })} />
      <Select
        label={say(w.sourceSystem)}
        error={wrong('sourceSystem', 'source_system')}
        value={one.sourceSystem}
        // A partner as the source needs its name, which only a record of the case has.
        options={options('source_system', (each) => each !== 'partner' || one.carriedMarking['source_partner'] !== undefined)}
        set={(sourceSystem) => change({ sourceSystem })}
      />
      <Select label={say(w.sourceEval)} error={wrong('sourceEval', 'source_eval')} value={one.sourceEval} options={options('source_eval')} set={(sourceEval) => change({ sourceEval })} />
      <Select label={say(w.infoEval)} error={wrong('infoEval', 'info_eval')} value={one.infoEval} options={options('info_eval')} set={(infoEval) => change({ infoEval })} />
      <Choice
        legend={say(w.personHandling)}
        error={wrong('handling', 'handling')}
        isMany
        options={options('handling')}
        chosen={one.handling}
        choose={(handling) => change({ handling: handlingOf(one.handling, handling) })}
      />
      {one.handling.includes('H3') && <Lines label={say(w.note)} error={wrong('handlingNote', 'handling_note')} rows={3} value={one.handlingNote} set={(handlingNote) => change({ handlingNote })} />}
      <Select label={say(w.classification)} error={wrong('classification', 'classification')} value={one.classification} options={options('classification')} set={(classification) => change({ classification })} />
      <DateField label={say(w.asOf)} error={wrong('asOf', 'as_of')} value={one.asOf} set={(asOf) => change({ asOf })} />
      <DateField label={say(w.reviewAt)} error={wrong('reviewAt', 'review_at')} value={one.reviewAt} set={(reviewAt) => change({ reviewAt })} />
      <DateField label={say(w.eraseAt)} error={wrong('eraseAt', 'erase_at')} value={one.eraseAt} set={(eraseAt) => change({ eraseAt })} />
    </fieldset>
  );
}

/** A record of the case as it would go: with what these fields do not have. */
function Preview({ entered, at }: { entered: TaskProps['entered']; at: number }) {
  const body = bodyOf(entered, { party: session.value?.party ?? '', isTraining: isTraining.value });
  const record = (body['persons'] as Record<string, unknown>[])[at];
  if (record === undefined) return null;
  return (
    <section aria-labelledby="preview">
      <h2 id="preview">{say(w.preview)}</h2>
      <Person person={record} number={at + 1} lang={entered.language} />
    </section>
  );
}

export function PersonForm(props: TaskProps) {
  const { entered, change, errors, goOn } = props;
  const at = Number(route.value.filter) || 0;
  const one = entered.persons[at];
  if (one === undefined) return <Persons {...props} />;
  const put = (part: Partial<PersonEntered>): void => change({ persons: entered.persons.map((was, place) => (place === at ? { ...was, ...part } : was)) });
  const lacking = personLacks(one);
  return (
    <TaskForm
      title={say(w.person, { n: at + 1 })}
      why={one.fromCase > 0 ? say(w.fromCase) : undefined}
      isWhole={lacking.length === 0}
      goOn={goOn}
      more={{ word: say(w.addAnother), go: () => go(link('compose', 'persons')) }}
    >
      {(isTried) => {
        const wrong = (name: keyof PersonEntered, field: string): string | undefined => fault(isTried && lacking.includes(name), errors, 'persons', String(at), field);
        const fields = { one, at, isTried, errors, change: put };
        return (
          <>
            <Lines label={say(w.link)} error={wrong('link', 'link_to_purpose')} rows={3} value={one.link} set={(value) => put({ link: value })} />
            <Select label={say(w.category)} error={wrong('category', 'category')} value={one.category} options={options('category')} set={(category) => put({ category })} />
            <Choice legend={say(w.age)} isMany options={[['minor', say(w.minor)]]} chosen={one.isMinor ? ['minor'] : []} choose={(chosen) => put({ isMinor: chosen.length > 0 })} />
            <Names {...fields} />
            <Line label={say(w.birthDate)} hint={say(w.birthDateHint)} error={wrong('birthDate', 'birth_date')} value={one.birthDate} set={(birthDate) => put({ birthDate })} />
            <Line label={say(w.birthCountry)} hint={countriesHint(one.birthCountry)} error={wrong('birthCountry', 'birth_country')} value={one.birthCountry} set={(birthCountry) => put({ birthCountry })} />
            <Line label={say(w.nationalities)} hint={countriesHint(one.nationalities)} error={wrong('nationalities', 'nationalities')} value={one.nationalities} set={(nationalities) => put({ nationalities })} />
            <Documents {...fields} />
            <MarkingFields {...fields} />
            {one.fromCase > 0 && <Preview entered={entered} at={at} />}
          </>
        );
      }}
    </TaskForm>
  );
}
