import type { Word } from '../../core/words';

export default {
  title: { en: 'Our requests', ro: 'Cererile noastre', sq: 'Kërkesat tona' },
  compose: { en: 'New request', ro: 'Cerere nouă', sq: 'Kërkesë e re' },
  tiles: { en: 'Show only', ro: 'Arată numai', sq: 'Shfaq vetëm' },
  open: { en: 'Open', ro: 'Deschise', sq: 'Të hapura' },
  overdue: { en: 'Overdue', ro: 'Depășite', sq: 'Të tejkaluara' },
  answered: { en: 'Answered', ro: 'Cu răspuns', sq: 'Me përgjigje' },
  all: { en: 'All', ro: 'Toate', sq: 'Të gjitha' },
  orMore: { en: '{n} or more', ro: '{n} sau mai multe', sq: '{n} ose më shumë' },
  caption: {
    en: 'Our requests, the nearest deadline first',
    ro: 'Cererile noastre, cel mai apropiat termen întâi',
    sq: 'Kërkesat tona, afati më i afërt i pari',
  },
  left: { en: 'Time left for them', ro: 'Timp rămas pentru ei', sq: 'Koha e mbetur për ta' },
  reference: { en: 'Reference', ro: 'Referință', sq: 'Referenca' },
  to: { en: 'To', ro: 'Către', sq: 'Për' },
  urgency: { en: 'Urgency', ro: 'Urgență', sq: 'Urgjenca' },
  state: { en: 'State', ro: 'Stare', sq: 'Gjendja' },
  unit: { en: 'Unit there', ro: 'Unitatea de acolo', sq: 'Njësia atje' },
  written: { en: 'written {at}', ro: 'scrisă {at}', sq: 'shkruar {at}' },
  receipt: { en: 'received there {at}', ro: 'primită acolo {at}', sq: 'marrë atje {at}' },
  none: { en: 'No request is here.', ro: 'Nu este nicio cerere.', sq: 'Nuk ka asnjë kërkesë.' },
  noneNext: {
    en: 'What this desk sends appears here by itself.',
    ro: 'Ce trimite acest birou apare aici singur.',
    sq: 'Çfarë dërgon kjo zyrë shfaqet këtu vetvetiu.',
  },
  more: { en: 'Show 50 more', ro: 'Arată încă 50', sq: 'Shfaq edhe 50' },
  returned: { en: 'Not sent after all', ro: 'Netrimise până la urmă', sq: 'Nuk u dërguan' },
} satisfies Record<string, Word>;
