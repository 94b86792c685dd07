/*
 * Retention: how long each class of item may be kept, as the two parties agreed. A class is fixed when an item arrives; its
 * time is asked anew of each version, so that a stricter amendment counts for what is held already and a looser one does
 * not.
 */
#ifndef BESA_AGREEMENT_RETENTION_H
#define BESA_AGREEMENT_RETENTION_H

#include "agreement/agreement.h"

/* Stored in the books: numbers are never reused. Persons follow: two each, adult and minor, in the order of categories. What
 * nobody here could read stands far behind them, so that a new category moves nothing. */
enum retention_class {
    RETENTION_CLASS_REQUEST = 0, /* a request, from the end of its exchange; what was refused */
    RETENTION_CLASS_TEXT = 1,    /* what is no person: from receipt */
    RETENTION_CLASS_PERSON = 2,
    RETENTION_CLASS_UNREAD = 1000 /* held in a type that is not known here: from receipt */
};
/* What was asked and said about a request: from its receipt. Behind all persons: a new category of person moves it, and
 * raises JOURNAL_APPLY_NUMBER. */
#define RETENTION_CLASS_THREAD (RETENTION_CLASS_PERSON + 2 * (int)PERSON_CATEGORY_COUNT)
/* All but the unread, in a row from 0. */
#define RETENTION_CLASS_COUNT (RETENTION_CLASS_THREAD + 1)
#define RETENTION_NAME_SIZE   48

int retention_class_of(const struct person *person);
/* "request", "text", "suspect", "suspect_minor", "unread". */
void retention_class_name(int class, char out[RETENTION_NAME_SIZE]);
/* 0: this version says nothing about the category. What was not read may be anything: the shortest of all its times. */
int64_t retention_cap_ms(const struct agreement *agreement, int class);
/* What came under `then` and is held now, under `now`: the stricter of the two. */
//= dir-2016-680 art 5
int64_t retention_keep_ms(const struct agreement *then, const struct agreement *now, int class);

#endif
