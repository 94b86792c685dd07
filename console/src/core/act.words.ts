import type { Word } from './words';

export default {
  proof: {
    en: 'This wants your password once more. It is good for ten minutes.',
    ro: 'Pentru aceasta se cere parola încă o dată. Este valabilă zece minute.',
    sq: 'Për këtë kërkohet fjalëkalimi edhe një herë. Vlen dhjetë minuta.',
  },
  password: { en: 'Your password', ro: 'Parola dumneavoastră', sq: 'Fjalëkalimi juaj' },
  wrong: {
    en: 'The password is wrong. Each wrong one makes you wait longer.',
    ro: 'Parola este greșită. Fiecare greșeală prelungește așteptarea.',
    sq: 'Fjalëkalimi është i gabuar. Çdo gabim e zgjat pritjen.',
  },
  go: { en: 'Prove it and go on', ro: 'Dovediți și continuați', sq: 'Provojeni dhe vazhdoni' },
} satisfies Record<string, Word>;
