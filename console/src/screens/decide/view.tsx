// Deciding about a request to us: a form, a page to check what was entered, then once to the node.
import { useState } from 'preact/hooks';
import { code } from '../../codes/code';
import { country, languageName } from '../../codes/country';
import { tables } from '../../codes/words';
import { ActState, useAct } from '../../core/act';
import { Buttons, Choice, LanguageOf, Line, Lines } from '../../core/controls';
import { day } from '../../core/clock';
import { useDraft } from '../../core/drafts';
import { useLoad } from '../../core/load';
import { Heading, Loading, ProblemBox } from '../../core/parts';
import { link } from '../../core/route';
import { session } from '../../core/state';
import type { Done, ItemShown } from '../../core/types';
import { say, type Word } from '../../core/words';
import { wrongFocus } from '../../core/wrong';
import { possible } from '../request/acts';
import { Direction } from '../request/direction';
import { Fact, Facts, ListFact, TextFact } from '../request/facts';
import { partiesOf, text, texts } from '../request/read';
import { DateField, GiveCheck, GiveFields } from './givefields';
import { doingOf, empty, mayWait, wanted, type Decision, type Entered, type Request } from './form';
import w from './words';

const titles: Record<Decision, [Word, Word]> = {
  give: [w.give, w.giveWhy],
  nothing: [w.nothing, w.nothingWhy],
  refuse: [w.refuse, w.refuseWhy],
  clarify: [w.clarify, w.clarifyWhy],
  access: [w.access, w.accessWhy],
  delay: [w.delay, w.delayWhy],
  doubt: [w.doubt, w.doubtWhy],
  reply: [w.reply, w.replyWhy],
  urgency: [w.urgency, w.urgencyWhy],
  assign: [w.assign, w.assignWhy],
};

export function title(of: Decision): string {
  return say(titles[of][0]);
}

type Table = 'delay_stage' | 'delay_reason' | 'urgency' | 'ground' | 'access' | 'held_by' | 'doubt' | 'handling';

function options(table: Table, without: readonly string[] = []): (readonly [string, string])[] {
  return Object.keys(tables[table])
    .filter((one) => !without.includes(one))
    .map((one) => [one, code(table, one)] as const);
}

type FormProps = { of: Decision; entered: Entered; isTried: boolean; change: (part: Partial<Entered>) => void; lacks: (name: keyof Entered) => string | undefined };

function Fields({ of, entered, isTried, change, lacks }: FormProps) {
  if (of === 'give' || of === 'nothing')
    return (
      <>
        {of === 'give' && <GiveFields entered={entered} isTried={isTried} change={change} lacks={lacks} />}
        <Line label={say(w.ownReference)} hint={say(w.ownReferenceHint)} error={lacks('reference')} value={entered.reference} set={(reference) => change({ reference })} />
        <Choice legend={say(w.handling)} error={lacks('handling')} options={options('handling', ['H3'])} chosen={[entered.handling]} choose={([handling = '']) => change({ handling })} />
        <LanguageOf label={say(w.language)} value={entered.language} set={(language) => change({ language })} />
      </>
    );
  if (of === 'refuse')
    return (
      <>
        <Choice legend={say(w.grounds)} error={lacks('grounds')} isMany options={options('ground')} chosen={entered.grounds} choose={(grounds) => change({ grounds })} />
        {entered.grounds.includes('under_agreement') && (
          <Choice
            legend={say(w.trueGrounds)}
            hint={say(w.trueGroundsHint)}
            error={lacks('trueGrounds')}
            isMany
            options={options('ground', ['under_agreement'])}
            chosen={entered.trueGrounds}
            choose={(trueGrounds) => change({ trueGrounds })}
          />
        )}
        <Lines label={say(w.reasons)} error={lacks('text')} value={entered.text} set={(value) => change({ text: value })} />
        <LanguageOf label={say(w.language)} value={entered.language} set={(language) => change({ language })} />
      </>
    );
  if (of === 'clarify' || of === 'reply')
    return (
      <>
        <Lines label={say(of === 'reply' ? w.replyText : w.question)} error={lacks('text')} value={entered.text} set={(value) => change({ text: value })} />
        <LanguageOf label={say(w.language)} value={entered.language} set={(language) => change({ language })} />
      </>
    );
  if (of === 'access')
    return (
      <>
        <Choice legend={say(w.accessible)} error={lacks('access')} options={options('access')} chosen={[entered.access]} choose={([access = '']) => change({ access })} />
        {entered.access === 'indirectly' && (
          <>
            <Choice legend={say(w.heldBy)} error={lacks('heldBy')} options={options('held_by')} chosen={[entered.heldBy]} choose={([heldBy = '']) => change({ heldBy })} />
            <Line label={say(w.source)} error={lacks('source')} value={entered.source} set={(source) => change({ source })} />
          </>
        )}
      </>
    );
  if (of === 'delay')
    return (
      <>
        <Choice legend={say(w.stage)} error={lacks('stage')} options={options('delay_stage')} chosen={[entered.stage]} choose={([stage = '']) => change({ stage })} />
        <Choice legend={say(w.delayReason)} error={lacks('delayReason')} options={options('delay_reason')} chosen={[entered.delayReason]} choose={([delayReason = '']) => change({ delayReason })} />
        {entered.delayReason === 'other' && <Lines label={say(w.reasons)} hint={say(w.noPerson)} error={lacks('text')} rows={3} value={entered.text} set={(value) => change({ text: value })} />}
        <Line label={say(w.authority)} hint={say(w.noPerson)} error={lacks('authority')} value={entered.authority} set={(authority) => change({ authority })} />
        <DateField label={say(w.expected)} error={lacks('expected')} value={entered.expected} set={(expected) => change({ expected })} />
      </>
    );
  if (of === 'urgency')
    return <Choice legend={say(w.urgencyIs)} error={lacks('urgency')} options={options('urgency')} chosen={[entered.urgency]} choose={([urgency = '']) => change({ urgency })} />;
  if (of === 'doubt')
    return <Choice legend={say(w.why)} error={lacks('doubt')} options={options('doubt')} chosen={[entered.doubt]} choose={([doubt = '']) => change({ doubt })} />;
  return <Line label={say(w.unit)} hint={say(w.unitHint)} error={lacks('unit')} value={entered.unit} set={(unit) => change({ unit })} />;
}

/** What the partner will read, and apart from it what stays here. */
function Check({ of, entered, to }: { of: Decision; entered: Entered; to: string }) {
  const hasText = (of === 'refuse' || of === 'clarify' || of === 'reply' || (of === 'delay' && entered.delayReason === 'other')) && entered.text.trim() !== '';
  const isAnswer = of === 'give' || of === 'nothing';
  return (
    <>
      <p>{say(w.checkTo, { to })}</p>
      <Facts>
        {of === 'nothing' && <Fact name={say(w.outcome)}>{code('outcome', 'nothing_held')}</Fact>}
        {isAnswer && <TextFact name={say(w.ownReference)} value={entered.reference} />}
        {isAnswer && <Fact name={say(w.handling)}>{code('handling', entered.handling)}</Fact>}
        {of === 'refuse' && <ListFact name={say(w.grounds)} values={entered.grounds.map((one) => code('ground', one))} />}
        {hasText && <TextFact name={say(of === 'reply' ? w.replyText : of === 'clarify' ? w.question : w.reasons)} value={entered.text} lang={entered.language} />}
        {((hasText && of !== 'delay') || isAnswer) && <Fact name={say(w.language)}>{languageName(entered.language)}</Fact>}
        {of === 'access' && <Fact name={say(w.accessible)}>{code('access', entered.access)}</Fact>}
        {of === 'access' && entered.access === 'indirectly' && (
          <TextFact name={say(w.heldBy)} value={`${code('held_by', entered.heldBy)}: ${entered.source}`} />
        )}
        {of === 'delay' && <Fact name={say(w.stage)}>{code('delay_stage', entered.stage)}</Fact>}
        {of === 'delay' && <Fact name={say(w.delayReason)}>{code('delay_reason', entered.delayReason)}</Fact>}
        {of === 'delay' && <TextFact name={say(w.authority)} value={entered.authority} />}
        {of === 'delay' && <Fact name={say(w.expected)}>{day(entered.expected)}</Fact>}
        {of === 'urgency' && <Fact name={say(w.urgencyIs)}>{code('urgency', entered.urgency)}</Fact>}
        {of === 'doubt' && <Fact name={say(w.why)}>{code('doubt', entered.doubt)}</Fact>}
        {of === 'assign' && <Fact name={say(w.unit)}>{entered.unit}</Fact>}
      </Facts>
      {of === 'give' && <GiveCheck entered={entered} />}
      {mayWait(of) && (
        <>
          <h3>{say(w.kept)}</h3>
          <Facts>
            {of === 'refuse' && entered.grounds.includes('under_agreement') && (
              <ListFact name={say(w.trueGrounds)} values={entered.trueGrounds.map((one) => code('ground', one))} />
            )}
            <Fact name={say(w.second)}>{say(entered.second === 'ask' ? w.secondAsk : w.secondNone)}</Fact>
          </Facts>
        </>
      )}
    </>
  );
}

/** What replaced the form takes the focus that went with it. */
const focusOn = (at: HTMLElement | null): void => at?.focus();

function DoneShown({ done, item }: { done: Done; item: string }) {
  return (
    <>
      <p class="done" role="status" tabIndex={-1} ref={focusOn}>
        {done.approval !== undefined ? say(w.waits) : done.unit !== undefined ? say(w.assigned, { unit: done.unit }) : say(w.sent)}
      </p>
      <p>
        {done.approval !== undefined && <a href={link('approval', done.approval)}>{say(w.toDraft)}</a>}{' '}
        <a href={link('request', item)}>{say(w.back)}</a>
      </p>
    </>
  );
}

function Form({ of, request, to }: { of: Decision; request: Request; to: string }) {
  const [entered, change, forget] = useDraft<Entered>(`${of} ${request.item}`, empty);
  const [step, setStep] = useState<'form' | 'check'>('form');
  const [isTried, setTried] = useState(false);
  const acting = useAct<Done>();
  const lacking = wanted(of, entered);
  const lacks = (name: keyof Entered): string | undefined => (isTried && lacking.includes(name) ? say(w.needed) : undefined);

  if (acting.done !== null) {
    forget();
    return <DoneShown done={acting.done} item={request.item} />;
  }
  if (step === 'check')
    return (
      <section aria-labelledby="check">
        <h2 id="check" tabIndex={-1} ref={focusOn}>
          {say(w.check)}
        </h2>
        <Check of={of} entered={entered} to={to} />
        <ActState of={acting} />
        <Buttons>
          <button type="button" class={acting.wantsProof ? '' : 'main'} aria-busy={acting.isBusy} onClick={() => void acting.run(doingOf(of, entered, request))}>
            {say(w.send)}
          </button>
          <button type="button" onClick={() => setStep('form')}>
            {say(w.change)}
          </button>
        </Buttons>
      </section>
    );
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (lacking.length === 0) setStep('check');
        else wrongFocus();
      }}
    >
      <Fields of={of} entered={entered} isTried={isTried} change={change} lacks={lacks} />
      {mayWait(of) && (
        <Choice
          legend={say(w.second)}
          options={[
            ['ask', say(w.secondAsk)],
            ['none', say(w.secondNone)],
          ]}
          chosen={[entered.second]}
          choose={([second = 'ask']) => change({ second })}
        />
      )}
      <button type="submit" class="main">
        {say(w.toCheck)}
      </button>
    </form>
  );
}

export function Decide({ item, of }: { item: string; of: Decision }) {
  const { value, problem, isLoading, again } = useLoad<ItemShown>(`/api/v1/items/${encodeURIComponent(item)}`);
  const body = value?.body;
  const isOpen = value !== null && possible(value, session.value).includes(of);
  return (
    <main id="content" class="narrow">
      <p>
        <a href={link('request', item)}>← {say(w.back)}</a>
      </p>
      {value !== null && (
        <p class="direction">
          <Direction shown={value} /> · <bdi>{text(body ?? {}, 'reference')}</bdi>
        </p>
      )}
      <Heading>{title(of)}</Heading>
      {isLoading && <Loading />}
      {problem !== null && <ProblemBox problem={problem} retry={() => again()} />}
      {value !== null && !isOpen && <p>{say(w.over)}</p>}
      {value !== null && isOpen && (
        <>
          <p class="quiet">{say(titles[of][1])}</p>
          <Form
            of={of}
            to={country(partiesOf(value.log)?.from ?? '')}
            request={{
              item,
              // As it came, not as it is shown: the answer names the request by it.
              reference: String(body?.['reference'] ?? ''),
              isUrgent: body?.['urgent'] === true,
              isTraining: body?.['training'] === true,
              party: session.value?.party ?? '',
              purpose: text(body ?? {}, 'purpose') ?? '',
              offences: texts(body ?? {}, 'offences'),
            }}
          />
        </>
      )}
    </main>
  );
}
