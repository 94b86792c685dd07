/*
 * Memo: signatures that held once are not computed again. A verification says the same of the same bytes always, and every
 * history signs with the keys of one prepared pair: most of what it verifies, it signed itself a moment ago. What does not
 * hold is never remembered. One history in MEMO_SHARE computes everything; `besa-sim --same` runs one history each way, and
 * the traces must be equal.
 */
#ifndef BESA_TESTS_SIM_MEMO_H
#define BESA_TESTS_SIM_MEMO_H

#include <stdbool.h>

#define MEMO_SHARE 16u

/* Off: everything is computed. */
void memo_use(bool is_on);
void memo_free(void);

#endif
