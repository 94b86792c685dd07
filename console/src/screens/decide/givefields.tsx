// The fields of an answer that gives texts. Nothing of an evaluation, a handling code or a ground is chosen beforehand.
import { code } from '../../codes/code';
import { tables } from '../../codes/words';
import { keyMake } from '../../core/api';
import { Choice, Line, Lines } from '../../core/controls';
import { Field } from '../../core/parts';
import { now } from '../../core/state';
import { day } from '../../core/clock';
import { say } from '../../core/words';
import { Fact, Facts, ListFact, TextFact } from '../request/facts';
import type { Entered } from './form';
import { emptyGiven, givenLacks, handlingOf, type Given } from './give';
import w from './give.words';

type Table = 'nature' | 'source_kind' | 'source_eval' | 'info_eval' | 'handling' | 'transfer' | 'ground' | 'outcome';

function options(table: Table, keep: (one: string) => boolean = () => true): (readonly [string, string])[] {
  return Object.keys(tables[table])
    .filter(keep)
    .map((one) => [one, code(table, one)] as const);
}

type SelectProps = { label: string; hint?: string | undefined; error?: string | undefined; value: string; options: (readonly [string, string])[]; set: (value: string) => void };

function Select({ label, hint, error, value, options: list, set }: SelectProps) {
  return (
    <Field label={label} hint={hint} error={error}>
      {(ids) => (
        <select {...ids} value={value} onChange={(event) => set(event.currentTarget.value)}>
          <option value="">{say(w.choose)}</option>
          {list.map(([one, word]) => (
            <option key={one} value={one}>
              {word}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** The browser writes dates as its own language does, which may be another than the officer's: the day stands beside it in words. */
export function DateField({ label, error, value, set }: { label: string; error?: string | undefined; value: string; set: (value: string) => void }) {
  return (
    <Field label={label} hint={value === '' ? undefined : day(value)} error={error}>
      {(ids) => <input {...ids} type="date" value={value} onInput={(event) => set(event.currentTarget.value)} />}
    </Field>
  );
}

type ThingProps = { one: Given; number: number; isTried: boolean; change: (part: Partial<Given>) => void; remove: () => void };

function Thing({ one, number, isTried, change, remove }: ThingProps) {
  const lacking = givenLacks(one);
  const lacks = (name: keyof Given): string | undefined => (isTried && lacking.includes(name) ? say(w.needed) : undefined);
  return (
    <article class="thing">
      <h2>{say(w.thing, { n: number })}</h2>
      <Lines label={say(w.text)} hint={say(w.textHint)} error={lacks('text')} value={one.text} set={(text) => change({ text })} />
      <Select label={say(w.nature)} error={lacks('nature')} value={one.nature} options={options('nature')} set={(nature) => change({ nature })} />
      <Select label={say(w.sourceKind)} error={lacks('sourceKind')} value={one.sourceKind} options={options('source_kind')} set={(sourceKind) => change({ sourceKind })} />
      <Select label={say(w.sourceEval)} error={lacks('sourceEval')} value={one.sourceEval} options={options('source_eval')} set={(sourceEval) => change({ sourceEval })} />
      <Select label={say(w.infoEval)} error={lacks('infoEval')} value={one.infoEval} options={options('info_eval')} set={(infoEval) => change({ infoEval })} />
      <Choice
        legend={say(w.handling, { n: number })}
        error={lacks('handling')}
        isMany
        options={options('handling', (code) => code !== 'H3')}
        chosen={one.handling}
        choose={(handling) => change({ handling: handlingOf(one.handling, handling) })}
      />
      <DateField label={say(w.asOf)} error={lacks('asOf')} value={one.asOf} set={(asOf) => change({ asOf })} />
      <DateField label={say(w.reviewAt)} error={lacks('reviewAt')} value={one.reviewAt} set={(reviewAt) => change({ reviewAt })} />
      <DateField label={say(w.eraseAt)} error={lacks('eraseAt')} value={one.eraseAt} set={(eraseAt) => change({ eraseAt })} />
      <button type="button" onClick={remove}>
        {say(w.remove, { n: number })}
      </button>
    </article>
  );
}

type Props = { entered: Entered; isTried: boolean; change: (part: Partial<Entered>) => void; lacks: (name: keyof Entered) => string | undefined };

export function GiveFields({ entered, isTried, change, lacks }: Props) {
  const add = (): void =>
    change({
      given: [...entered.given, emptyGiven(now.value)],
      ids: [...entered.ids, keyMake()],
      begunMs: entered.begunMs === 0 ? now.value : entered.begunMs,
    });
  return (
    <>
      <Choice
        legend={say(w.outcome)}
        error={lacks('outcome')}
        options={options('outcome', (one) => one === 'full' || one === 'partial')}
        chosen={[entered.outcome]}
        choose={([outcome = '']) => change({ outcome })}
      />
      {entered.outcome === 'partial' && (
        <>
          <Select label={say(w.refused)} error={lacks('refused')} value={entered.refused} options={options('ground', (one) => one !== 'under_agreement')} set={(refused) => change({ refused })} />
          <Lines label={say(w.refusedWhy)} error={lacks('refusedWhy')} rows={3} value={entered.refusedWhy} set={(refusedWhy) => change({ refusedWhy })} />
        </>
      )}
      {entered.given.map((one, at) => (
        <Thing
          key={entered.ids[at]}
          one={one}
          number={at + 1}
          isTried={isTried}
          change={(part) => change({ given: entered.given.map((was, place) => (place === at ? { ...was, ...part } : was)) })}
          remove={() => change({ given: entered.given.filter((_, place) => place !== at), ids: entered.ids.filter((_, place) => place !== at) })}
        />
      ))}
      {isTried && entered.given.length === 0 && (
        <p class="error" role="alert">
          {say(w.nothingGiven)}
        </p>
      )}
      <p>
        <button type="button" onClick={add}>
          {say(w.add)}
        </button>
      </p>
      <Lines label={say(w.toJudge)} hint={say(w.toJudgeHint)} error={lacks('toJudge')} rows={3} value={entered.toJudge} set={(toJudge) => change({ toJudge })} />
      <Select
        label={say(w.ground)}
        hint={say(w.groundHint)}
        value={entered.ground}
        options={options('transfer', (one) => !one.startsWith('art38'))}
        set={(ground) => change({ ground })}
      />
      {entered.ground !== '' && (
        <>
          <Line label={say(w.instrument)} error={lacks('instrument')} value={entered.instrument} set={(instrument) => change({ instrument })} />
          <Line label={say(w.article)} error={lacks('article')} value={entered.article} set={(article) => change({ article })} />
          <DateField label={say(w.groundReview)} error={lacks('groundReview')} value={entered.groundReview} set={(groundReview) => change({ groundReview })} />
          {entered.ground === 'art37_1b' && (
            <Lines label={say(w.groundReason)} error={lacks('groundReason')} rows={3} value={entered.groundReason} set={(groundReason) => change({ groundReason })} />
          )}
        </>
      )}
      <Choice
        legend={say(w.declaration)}
        error={lacks('isDeclared')}
        isMany
        options={[['yes', say(w.declared)]]}
        chosen={entered.isDeclared ? ['yes'] : []}
        choose={(chosen) => change({ isDeclared: chosen.length > 0 })}
      />
    </>
  );
}

/** The same as the partner will read it. */
export function GiveCheck({ entered }: { entered: Entered }) {
  return (
    <>
      <Facts>
        <Fact name={say(w.outcome)}>{code('outcome', entered.outcome)}</Fact>
        {entered.outcome === 'partial' && <TextFact name={code('ground', entered.refused)} value={entered.refusedWhy} lang={entered.language} />}
        <TextFact name={say(w.toJudge)} value={entered.toJudge} lang={entered.language} />
        {entered.ground !== '' && (
          <TextFact name={say(w.ground)} value={`${code('transfer', entered.ground)}: ${entered.instrument}, ${entered.article}, ${day(entered.groundReview)} ${entered.groundReason}`} />
        )}
        <Fact name={say(w.declaration)}>{say(w.declared)}</Fact>
      </Facts>
      {entered.given.map((one, at) => (
        <article class="thing" key={entered.ids[at]}>
          <h3>{say(w.thing, { n: at + 1 })}</h3>
          <Facts>
            <TextFact name={code('nature', one.nature)} value={one.text} lang={entered.language} />
            <ListFact name={say(w.handling, { n: at + 1 })} values={one.handling.map((each) => code('handling', each))} />
            <Fact name={say(w.sourceKind)}>{code('source_kind', one.sourceKind)}</Fact>
            <Fact name={say(w.sourceEval)}>{code('source_eval', one.sourceEval)}</Fact>
            <Fact name={say(w.infoEval)}>{code('info_eval', one.infoEval)}</Fact>
            <Fact name={say(w.asOf)}>{day(one.asOf)}</Fact>
            <Fact name={say(w.reviewAt)}>{day(one.reviewAt)}</Fact>
            <Fact name={say(w.eraseAt)}>{day(one.eraseAt)}</Fact>
          </Facts>
        </article>
      ))}
    </>
  );
}
