// Lists of facts: a name and its values. Texts of people stand in <bdi> and keep their lines, so that another script or a sign that
// turns text round stays within its own field.
import type { ComponentChildren } from 'preact';

export function Facts({ children }: { children: ComponentChildren }) {
  return <dl class="facts">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** A text as its writer left it; nothing where there is none. `lang`: the document's own language. */
export function TextFact({ name, value, lang }: { name: string; value: string | undefined; lang?: string | undefined }) {
  if (value === undefined) return null;
  return (
    <Fact name={name}>
      <bdi class="text" lang={lang}>
        {value}
      </bdi>
    </Fact>
  );
}

export function ListFact({ name, values }: { name: string; values: ComponentChildren[] }) {
  if (values.length === 0) return null;
  return (
    <Fact name={name}>
      {values.length === 1 ? (
        values[0]
      ) : (
        <ul class="plain">
          {values.map((value, at) => (
            <li key={at}>{value}</li>
          ))}
        </ul>
      )}
    </Fact>
  );
}
