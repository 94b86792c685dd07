/*
 * The ground that an agreement proposes for a transfer (docs/safeguards.md g1): what stands on its legal basis, never a
 * derogation and never an own assessment, which says why in each case. It is a proposal: an officer confirms it, or names another.
 */
#ifndef BESA_AGREEMENT_GROUND_H
#define BESA_AGREEMENT_GROUND_H

#include "agreement/agreement.h"
#include "message/transfer.h"

/*
 * For what `sender` sends at `time_ms`, by the authority of this code or name (empty: none is named). The first agreed ground
 * outside of Articles 37(1)(b) and 38, on the first legal basis that is in force and that the authority applies; in training
 * the first one, in force or not. To be looked at again when the basis or this version ends, whichever is first. False when
 * both parties are of the Union or neither is, or nothing can be proposed; messages name their ground in both directions. Texts are the agreement's.
 */
bool agreement_ground_propose(const struct agreement *agreement, struct span sender,
                              struct span authority, int64_t time_ms, struct transfer *out);

#endif
