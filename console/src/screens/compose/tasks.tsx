// The tasks of a new request, each a page of its own: whom, what, codes, elsewhere. Nothing of a code is chosen beforehand.
import { country } from '../../codes/country';
import { code } from '../../codes/code';
import { Choice, LanguageOf, Line, Lines } from '../../core/controls';
import { shown } from '../../core/shown';
import type { CaseShown } from '../../core/types';
import { language, say } from '../../core/words';
import { handlingOf } from '../decide/give';
import { declarations, wanted, type Elsewhere, type Entered } from './form';
import { fault, options, Select, TaskForm, type TaskProps } from './parts';
import w from './words';

export function Whom({ entered, change, errors, agreements, goOn }: TaskProps) {
  const lacking = wanted('whom', entered);
  return (
    <TaskForm title={say(w.whom)} isWhole={lacking.length === 0} goOn={goOn}>
      {(isTried) => {
        const wrong = (name: keyof Entered, at: string): string | undefined => fault(isTried && lacking.includes(name), errors, at);
        return (
          <>
            {agreements.length === 0 && <p class="notice">{say(w.noAgreement)}</p>}
            {agreements.length === 1 ? (
              <p>
                <strong>{say(w.partner)}:</strong> {agreementText(agreements[0])}
              </p>
            ) : (
              <Choice
                legend={say(w.partner)}
                error={wrong('agreement', 'agreement')}
                options={agreements.map((one) => [one.agreement, agreementText(one)] as const)}
                chosen={[entered.agreement]}
                choose={([agreement = '']) => change({ agreement })}
              />
            )}
            <Choice
              legend={say(w.urgent)}
              error={wrong('urgent', 'urgent')}
              options={[
                ['no', say(w.isNotUrgent)],
                ['yes', say(w.isUrgent)],
              ]}
              chosen={[entered.urgent]}
              choose={([urgent = '']) => change({ urgent })}
            />
            {entered.urgent === 'yes' && (
              <>
                <Choice
                  legend={say(w.urgencyGround)}
                  error={wrong('urgencyGround', 'urgency_ground')}
                  options={options('urgent', (one) => one !== 'no')}
                  chosen={[entered.urgencyGround]}
                  choose={([urgencyGround = '']) => change({ urgencyGround })}
                />
                <Lines label={say(w.urgencyReason)} error={wrong('urgencyReason', 'urgency_reason')} rows={3} value={entered.urgencyReason} set={(urgencyReason) => change({ urgencyReason })} />
              </>
            )}
            <Line label={say(w.authority)} error={wrong('authority', 'authority')} value={entered.authority} set={(authority) => change({ authority })} />
            <Line label={say(w.address)} error={wrong('address', 'address')} value={entered.address} set={(address) => change({ address })} />
            <Line label={say(w.reference)} hint={say(w.referenceHint)} error={wrong('reference', 'reference')} value={entered.reference} set={(reference) => change({ reference })} />
          </>
        );
      }}
    </TaskForm>
  );
}

type Row = TaskProps['agreements'][number];
export function agreementText(one: Row | undefined): string {
  if (one === undefined) return '';
  const text = say(w.partnerSays, { country: country(one.partner), agreement: one.agreement, version: one.version });
  return one.suspended ? `${text} (${say(w.suspended)})` : text;
}

export function What({ entered, change, errors, caseShown, goOn }: TaskProps) {
  const lacking = wanted('what', entered);
  const ofCase = caseShown?.offences ?? [];
  const all = options('offence');
  const ordered = [...all.filter(([one]) => ofCase.includes(one)), ...all.filter(([one]) => !ofCase.includes(one))];
  return (
    <TaskForm title={say(w.what)} isWhole={lacking.length === 0} goOn={goOn}>
      {(isTried) => {
        const wrong = (name: keyof Entered, at: string): string | undefined => fault(isTried && lacking.includes(name), errors, at);
        return (
          <>
            <Lines label={say(w.asked)} error={wrong('asked', 'asked')} value={entered.asked} set={(asked) => change({ asked })} />
            <Lines label={say(w.facts)} error={wrong('facts', 'facts')} rows={8} value={entered.facts} set={(facts) => change({ facts })} />
            <Lines label={say(w.believed)} error={wrong('believed', 'believed_available_reason')} rows={3} value={entered.believed} set={(believed) => change({ believed })} />
            <Select label={say(w.purpose)} error={wrong('purpose', 'purpose')} value={entered.purpose} options={options('purpose')} set={(purpose) => change({ purpose })} />
            <Choice
              legend={say(w.offences)}
              hint={say(w.offencesHint)}
              error={wrong('offences', 'offences')}
              isMany
              options={ordered}
              chosen={entered.offences}
              choose={(offences) => change({ offences })}
            />
          </>
        );
      }}
    </TaskForm>
  );
}

export function Codes({ entered, change, errors, goOn }: TaskProps) {
  const lacking = wanted('codes', entered);
  return (
    <TaskForm title={say(w.codes)} isWhole={lacking.length === 0} goOn={goOn}>
      {(isTried) => {
        const wrong = (name: keyof Entered, at: string): string | undefined => fault(isTried && lacking.includes(name), errors, at);
        return (
          <>
            <Select label={say(w.classification)} error={wrong('classification', 'classification')} value={entered.classification} options={options('classification')} set={(classification) => change({ classification })} />
            <Choice
              legend={say(w.handling)}
              error={wrong('handling', 'handling')}
              isMany
              options={options('handling')}
              chosen={entered.handling}
              choose={(handling) => change({ handling: handlingOf(entered.handling, handling) })}
            />
            {entered.handling.includes('H3') && <Lines label={say(w.note)} error={wrong('handlingNote', 'handling_note')} rows={3} value={entered.handlingNote} set={(handlingNote) => change({ handlingNote })} />}
            <LanguageOf label={say(w.language)} value={entered.language === '' ? language.value : entered.language} set={(chosen) => change({ language: chosen })} />
          </>
        );
      }}
    </TaskForm>
  );
}

/** Channels of the case's own notes that a request can name. */
const channelOf: Record<string, string> = { liaison: 'liaison_officer', siena: 'siena', interpol: 'interpol', selec: 'selec', eurojust: 'eurojust', frontex: 'frontex', prosecutor: 'prosecutor', other: 'other' };

type Noted = CaseShown['references'][number];
/** What the case notes of other channels, in the words of a request. */
function notedOf(caseShown: CaseShown | null): Noted[] {
  return (caseShown?.references ?? []).map((one) => ({ channel: channelOf[one.channel] ?? '', reference: one.reference })).filter((one) => one.channel !== '');
}

function notedText(one: Noted): string {
  return say(w.caseHas, { channel: code('channel', one.channel), reference: shown(one.reference) });
}

function References({ entered, change, errors, caseShown }: TaskProps) {
  const set = (elsewhere: Elsewhere[]): void => change({ elsewhere });
  const noted = notedOf(caseShown).filter((one) => !entered.elsewhere.some((has) => has.channel === one.channel && has.reference === one.reference));
  return (
    <>
      {noted.map((one) => (
        <p key={`${one.channel} ${one.reference}`}>
          <bdi>{notedText(one)}</bdi>{' '}
          <button type="button" onClick={() => set([...entered.elsewhere.filter((has) => has.channel !== '' || has.reference !== ''), one])}>
            {say(w.takeReference)}
          </button>
        </p>
      ))}
      {entered.elsewhere.map((one, at) => {
        const put = (part: Partial<Elsewhere>): void => set(entered.elsewhere.map((was, place) => (place === at ? { ...was, ...part } : was)));
        return (
          <div class="thing" key={at}>
            <Select label={say(w.channel, { n: at + 1 })} error={fault(false, errors, 'foreign_references', String(at), 'channel')} value={one.channel} options={options('channel')} set={(channel) => put({ channel })} />
            <Line label={say(w.channelReference, { n: at + 1 })} error={fault(false, errors, 'foreign_references', String(at), 'reference')} value={one.reference} set={(reference) => put({ reference })} />
            <button type="button" onClick={() => set(entered.elsewhere.filter((_, place) => place !== at))}>
              {say(w.removeReference, { n: at + 1 })}
            </button>
          </div>
        );
      })}
      <p>
        <button type="button" onClick={() => set([...entered.elsewhere, { channel: '', reference: '' }])}>
          {say(w.addReference)}
        </button>
      </p>
    </>
  );
}

export function ElsewhereTask(props: TaskProps) {
  const { entered, change, errors, caseShown, goOn } = props;
  const lacking = wanted('elsewhere', entered);
  return (
    <TaskForm title={say(w.elsewhere)} isWhole={lacking.length === 0} goOn={goOn}>
      {(isTried) => (
        <>
          {entered.isElsewhere !== 'yes' &&
            notedOf(caseShown).map((one) => (
              <p class="notice" key={`${one.channel} ${one.reference}`}>
                <bdi>{notedText(one)}</bdi>
              </p>
            ))}
          <Choice
            legend={say(w.isElsewhere)}
            error={fault(isTried && lacking.includes('isElsewhere'), errors, 'elsewhere')}
            options={options('sent_elsewhere')}
            chosen={[entered.isElsewhere]}
            choose={([isElsewhere = '']) => change({ isElsewhere, ...(isElsewhere === 'yes' && entered.elsewhere.length === 0 ? { elsewhere: [{ channel: '', reference: '' }] } : {}) })}
          />
          {entered.isElsewhere === 'yes' && <References {...props} />}
          {isTried && lacking.includes('elsewhere') && (
            <p class="error" role="alert">
              {say(w.referencesNeeded)}
            </p>
          )}
          <Choice
            legend={say(w.declared)}
            hint={say(w.declareAll)}
            error={isTried && lacking.includes('declared') ? say(w.declareAll) : undefined}
            isMany
            options={declarations.map((one) => [one, code('declaration', one)] as const)}
            chosen={entered.declared}
            choose={(declared) => change({ declared })}
          />
        </>
      )}
    </TaskForm>
  );
}
