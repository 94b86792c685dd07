/*
 * Receipts of ours that come back. A receipt is stored before it is signed, and its signature with the next transaction: books
 * that were restored from between hold one that they cannot vouch for, since the keeper may have signed that size under
 * another time, in books that are lost. If the partner holds it, it counts, as the partner counts from it; if nobody does, the
 * next one counts. Entries that were handled meanwhile then take the time of the receipt that counts. docs/protocol.md 3.5c.
 */
#include "journal/private.h"

bool receipt_recount(struct journal *journal, const struct receipt_row *receipt, bool *has_moved,
                     struct error *err)
{
    int64_t below = 0;
    bool has_changed = false;

    if (!receipt_size_below(journal->db, receipt->log, receipt->size, &below, err) ||
        !sequence_retime(journal->db, receipt->log, below, receipt->size, receipt->time_s,
                         &has_changed, err))
        return false;
    *has_moved = *has_moved || has_changed;
    return true;
}

bool receipt_take_back(struct journal *journal, const struct receipt_row *receipt, bool *has_moved,
                       struct error *err)
{
    bool has_changed = false;

    return receipt_return(journal->db, receipt, &has_changed, err) &&
           (!has_changed || receipt_recount(journal, receipt, has_moved, err));
}
