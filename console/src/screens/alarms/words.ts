import type { Word } from '../../core/words';

export default {
  title: { en: 'Alarms', ro: 'Alarme', sq: 'Alarme' },
  none: { en: 'Nothing is wrong with any time limit.', ro: 'Niciun termen nu este în pericol.', sq: 'Asnjë afat nuk është në rrezik.' },
  noneNext: { en: 'Alarms appear here by themselves.', ro: 'Alarmele apar aici singure.', sq: 'Alarmet shfaqen këtu vetvetiu.' },
  noCustody: {
    en: 'Urgent, and not received by {partner} for {span}',
    ro: 'Urgent și neprimit de {partner} de {span}',
    sq: 'Urgjente dhe e pamarrë nga {partner} prej {span}',
  },
  noCustodyNext: {
    en: 'Call the partner’s desk and give the request by telephone.',
    ro: 'Sunați biroul partenerului și transmiteți cererea prin telefon.',
    sq: 'Telefononi zyrën e partnerit dhe jepeni kërkesën me telefon.',
  },
  overdue: { en: 'Overdue by {span}; {who} owes the answer', ro: 'Depășit cu {span}; răspunsul îl datorează {who}', sq: 'I tejkaluar me {span}; përgjigjen e ka borxh {who}' },
  overdueNext: {
    en: 'Answer, or tell the partner why it takes longer.',
    ro: 'Răspundeți sau spuneți partenerului de ce durează mai mult.',
    sq: 'Përgjigjuni ose tregojini partnerit pse zgjat më shumë.',
  },
  soon: { en: 'Due in {span}; {who} owes the answer', ro: 'Termen în {span}; răspunsul îl datorează {who}', sq: 'Afati për {span}; përgjigjen e ka borxh {who}' },
  unreviewed: {
    en: 'Sent by one officer alone {span} ago, and not looked at by another',
    ro: 'Trimis de un singur ofițer acum {span} și neverificat de altul',
    sq: 'Dërguar nga një oficer i vetëm {span} më parë dhe i pashqyrtuar nga një tjetër',
  },
  unapproved: { en: 'A draft waits for its second officer since {span}', ro: 'O ciornă își așteaptă al doilea ofițer de {span}', sq: 'Një draft pret oficerin e dytë prej {span}' },
  openItem: { en: 'Open {reference}', ro: 'Deschide {reference}', sq: 'Hap {reference}' },
  openDraft: { en: 'Look at the drafts', ro: 'Priviți ciornele', sq: 'Shihni draftet' },
  call: { en: 'Desk of the partner, day and night: {call}', ro: 'Biroul partenerului, zi și noapte: {call}', sq: 'Zyra e partnerit, ditë e natë: {call}' },
  onCall: { en: 'On call: {officer}, {telephone}, until {until}', ro: 'De gardă: {officer}, {telephone}, până la {until}', sq: 'Në gatishmëri: {officer}, {telephone}, deri më {until}' },
  more: { en: 'Show more', ro: 'Arată mai multe', sq: 'Shfaq më shumë' },
} satisfies Record<string, Word>;
