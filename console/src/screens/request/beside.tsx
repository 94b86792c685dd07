// What stands beside a message: attachments, receipts, timeline, the cross-check, translations.
import { useState } from 'preact/hooks';
import { code, step } from '../../codes/code';
import { country, languageName } from '../../codes/country';
import { Problem } from '../../core/api';
import { at } from '../../core/clock';
import { useLoad } from '../../core/load';
import { Loading, ProblemBox } from '../../core/parts';
import { link } from '../../core/route';
import { save, type Saved } from '../../core/save';
import { shown as asShown } from '../../core/shown';
import type { Crosscheck, CrossRecord, ItemShown, Step, Translations } from '../../core/types';
import { say } from '../../core/words';
import { bags, text, type Bag } from './read';
import w from './words';

function Attachment({ item, file, here }: { item: string; file: Bag; here: string }) {
  const [state, set] = useState<Saved | 'saving' | null>(null);
  const [problem, setProblem] = useState<unknown>(null);
  const part = Number(file['part']);
  const press = async (): Promise<void> => {
    set('saving');
    setProblem(null);
    try {
      set(await save(item, part, text(file, 'name') ?? '', text(file, 'sha256') ?? ''));
    } catch (failure) {
      set(null);
      setProblem(failure);
    }
  };
  const words = { saving: w.saving, saved: w.saved, unchecked: w.savedUnchecked, damaged: w.damaged } as const;
  return (
    <li>
      <bdi class="exact">{text(file, 'name')}</bdi> · {say(w.size, { n: Math.ceil(Number(file['size']) / 1024) })} · {code('part_here', here)}
      <br />
      <span class="quiet">SHA-256 </span>
      <code class="hash">{text(file, 'sha256')}</code>
      {here === 'held' && (
        <button type="button" onClick={press} disabled={state === 'saving'}>
          {say(w.save)}
          <span class="sr"> {text(file, 'name')}</span>
        </button>
      )}
      <span role="status">{state !== null && say(words[state])}</span>
      {problem !== null && <ProblemBox problem={problem} />}
    </li>
  );
}

export function Attachments({ shown, body }: { shown: ItemShown; body: Bag }) {
  const files = bags(body, 'attachments');
  if (files.length === 0) return null;
  const here = (file: Bag): string => shown.parts?.find((part) => part.part === Number(file['part']))?.here ?? 'wanted';
  return (
    <section aria-labelledby="attachments">
      <h2 id="attachments">{say(w.attachments)}</h2>
      <p class="quiet">{say(w.attachmentsWhy)}</p>
      <ul class="lines">
        {files.map((file) => (
          <Attachment key={String(file['part'])} item={shown.item} file={file} here={here(file)} />
        ))}
      </ul>
    </section>
  );
}

function StepShown({ one }: { one: Step }) {
  return (
    <li>
      <time dateTime={one.at}>{at(one.at)}</time>{' '}
      <strong>{one.outcome === undefined ? step(one.what) : code('outcome', one.outcome)}</strong>
      {one.by !== undefined && <> {say(w.by, { party: country(one.by) })}</>}
      {one.unit !== undefined && one.unit !== '' && <> · {say(w.unit, { unit: one.unit })}</>}
      {one.grounds !== undefined && (
        <>
          {' '}
          · <bdi>{say(w.ground, { ground: one.grounds })}</bdi>
        </>
      )}
      {one.received === false && <em> · {say(w.notReceived)}</em>}
      {one.counts === false && <em> · {say(w.notCounted)}</em>}
      {one.item !== undefined && (
        <>
          {' '}
          · <a href={link('request', one.item)}>{say(w.show)}</a>
        </>
      )}
    </li>
  );
}

export function History({ shown }: { shown: ItemShown }) {
  const receipt = shown.receipt;
  const steps = [...shown.timeline].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return (
    <section aria-labelledby="history">
      <h2 id="history">{say(w.receipts)}</h2>
      <p>
        {receipt === undefined
          ? say(w.noReceipt)
          : say(w.receipt, { by: country(receipt.by), at: at(receipt.time), index: receipt.index, size: receipt.size })}
      </p>
      {shown.partner_says !== undefined && (
        <p>
          {say(w.partnerSays)}: {code('partner_says', shown.partner_says)} <bdi lang="en">{shown.partner_ground}</bdi>
        </p>
      )}
      <h2>{say(w.timeline)}</h2>
      <ol class="lines">
        <li>
          <time dateTime={shown.created}>{at(shown.created)}</time> {say(w.written)}
        </li>
        {steps.map((one, number) => (
          <StepShown key={number} one={one} />
        ))}
      </ol>
    </section>
  );
}

/** A part that another role does not see says so and stands in nobody's way. */
function PartProblem({ problem, retry }: { problem: unknown; retry: () => void }) {
  if (problem instanceof Problem && problem.kind === 'forbidden') return <p class="quiet">{say(w.noRight)}</p>;
  return <ProblemBox problem={problem} retry={retry} />;
}

/** One record that names the same. */
export function Record({ record }: { record: CrossRecord }) {
  const about = [
    record.reference && asShown(record.reference),
    record.partner && country(record.partner),
    record.own && say(w.ours),
    record.case && say(w.inCase, { case: record.case }),
    record.category && code('category', record.category),
    record.unit && say(w.unit, { unit: record.unit }),
    record.source,
    record.created && at(record.created),
    record.ask_unit && say(w.askUnit, { unit: record.ask_unit }),
  ].filter(Boolean);
  return (
    <li>
      <strong>{code('record', record.what)}</strong> <bdi>{about.join(' · ')}</bdi> · {record.by.map((by) => say(w.sameBy, { by: code('match', by) })).join(', ')}
      {record.item !== undefined && (
        <>
          {' '}
          · <a href={link('request', record.item)}>{say(w.show)}</a>
        </>
      )}
    </li>
  );
}

export function CrosscheckShown({ item }: { item: string }) {
  const { value, problem, isLoading, again } = useLoad<Crosscheck>(`/api/v1/items/${encodeURIComponent(item)}/crosscheck`);
  return (
    <section aria-labelledby="crosscheck">
      <h2 id="crosscheck">{say(w.crosscheck)}</h2>
      <p class="quiet">{say(w.crossWhy)}</p>
      {isLoading && <Loading />}
      {problem !== null && <PartProblem problem={problem} retry={() => again()} />}
      {value !== null && value.list.length === 0 && <p>{say(w.crossNone)}</p>}
      {value !== null && value.list.length > 0 && (
        <ul class="lines">
          {value.list.map((record, number) => (
            <Record key={number} record={record} />
          ))}
        </ul>
      )}
      {value?.more && <p>{say(w.crossMore)}</p>}
    </section>
  );
}

export function TranslationsShown({ item }: { item: string }) {
  const { value, problem, isLoading, again } = useLoad<Translations>(`/api/v1/items/${encodeURIComponent(item)}/translations`);
  return (
    <section aria-labelledby="translations">
      <h2 id="translations">{say(w.translations)}</h2>
      {isLoading && <Loading />}
      {problem !== null && <PartProblem problem={problem} retry={() => again()} />}
      {value !== null && value.list.length === 0 && <p>{say(w.noTranslation)}</p>}
      {value !== null && value.list.length > 0 && <p class="notice">{say(w.original)}</p>}
      {value?.list.map((one) => (
        <article key={one.translation} class="thing">
          <h3>
            {say(w.translated, { language: languageName(one.language), translator: asShown(one.translator), registrar: one.registrar, at: at(one.made) })}
            {one.certified && <span class="tag">{say(w.sworn)}</span>}
          </h3>
          <bdi class="text" lang={one.language}>
            {asShown(one.text)}
          </bdi>
        </article>
      ))}
    </section>
  );
}
