/*
 * Verification of what an entry carries: its body opens with its key and salt and is what the head's digest says; every
 * part that the body names is here, or is gone, and is what the body says; attachments are read segment by segment.
 */
#ifndef BESA_CMD_VERIFY_BODIES_H
#define BESA_CMD_VERIFY_BODIES_H

#include "cmd/verify.h"

/* What is wrong goes into the report; false only when it could not be carried out. A body that is gone is no fault; without
 * a keeper it is counted as not opened. */
bool verify_body(const struct books *books, const struct log_row *log,
                 const struct entry_row *entry, struct verify_report *report, struct error *err);

#endif
