/*
 * Rows of the register: what came by telephone, on paper or over another channel, under a number of its year; and
 * translations, which are derived of an entry or of what is registered and go with it.
 */
#ifndef BESA_STORE_REGISTER_ROWS_H
#define BESA_STORE_REGISTER_ROWS_H

#include "base/arena.h"
#include "base/error.h"
#include "store/database.h"

struct register_row {
    int64_t id;
    int64_t year;
    int64_t number; /* within the year, from 1 on, without a gap */
    struct span case_number;
    int64_t channel; /* register_channel_names */
    bool is_oral;
    bool is_urgent;
    int64_t received_ms; /* the true time of receipt */
    int64_t registered_ms;
    struct span registrar;
    struct span sender;
    struct span subject;
    struct span original; /* where the original lies */
    struct span scan;     /* the id of an upload that is kept; empty: none */
    int64_t confirms;     /* id of what came by word of mouth before; 0: none */
    int64_t confirmed;    /* id of its confirmation in writing; 0: none */
    int64_t task;         /* that waits for the confirmation; 0: none */
};
bool register_put(struct database *db, const struct register_row *row, struct error *err);
/* MISSING when there is none. */
bool register_find(struct database *db, struct arena *arena, int64_t id, struct register_row *out,
                   struct error *err);
/* The newest first, before `before` (0: from the newest on); of one case unless `number` is empty. */
bool register_list(struct database *db, struct arena *arena, struct span number, int64_t before,
                   struct register_row *out, size_t limit, size_t *count, struct error *err);
bool register_confirm(struct database *db, int64_t id, int64_t by, struct error *err);

enum translated { TRANSLATED_ENTRY, TRANSLATED_REGISTER };
struct translation_row {
    int64_t id;
    enum translated of;
    int64_t object;
    struct span language;
    struct span translator;
    bool is_certified;
    struct span text;
    struct span registrar;
    int64_t made_ms;
};
bool translation_put(struct database *db, const struct translation_row *row, struct error *err);
/* In the order in which they came: those behind id `after`; 0: from the first. */
bool translation_list(struct database *db, struct arena *arena, enum translated of, int64_t object,
                      int64_t after, struct translation_row *out, size_t limit, size_t *count,
                      struct error *err);

#endif
