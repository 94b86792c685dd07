// A form that lacks something: the first field that does takes the focus, so that whoever does not see the page is there, too.
export function wrongFocus(): void {
  // After the errors stand in the page.
  setTimeout(() => document.querySelector<HTMLElement>('.field.wrong :is(input, select, textarea)')?.focus(), 50);
}
