/*
 * Codes: what a message and everything in it bear: how sure it is (4x4), fact or assessment, handling, classification, source
 * system, ground of the transfer. Whoever is shown an item is shown them, wherever it stands: in a list, opened, translated,
 * passed on (docs/safeguards.md f, g1, g4, g17). Private to desk.
 */
#ifndef BESA_DESK_CODES_H
#define BESA_DESK_CODES_H

#include "base/json.h"
#include "desk/codes_names.h"
#include "message/answer.h"
#include "message/item.h"
#include "message/request.h"
#include "message/type.h"
#include "store/log_rows.h"

struct journal;

/* Of the message and of each thing in it: codes and systems add up, the highest classification counts, the narrowest action.
 * Texts are those of what was added. */
struct codes {
    uint64_t handling;
    uint64_t source_systems; /* bits of enum source_system */
    uint64_t evaluations;    /* bits by codes_evaluation_names */
    uint64_t natures;
    uint64_t special_categories;
    enum classification classification;
    enum permitted_action
        permitted_action; /* unsaid also where something allows and something says nothing */
    bool has_unsaid_action;
    bool is_restricted;
    bool is_partial; /* something of it is not here to be asked: the codes may be stricter */
    struct span notes[CODES_MARKING_MAX]; /* of H3, each once */
    size_t note_count;
    const struct transfer *transfers[CODES_MARKING_MAX]; /* each once */
    size_t transfer_count;
};

/* What a message of this type says of itself and of what stands in it; for types that bear no codes, nothing. `message` as
 * message_read gave it; it and its arena must outlive `codes`, which begins zeroed. */
void codes_add_message(struct codes *codes, enum message_type type, const void *message);
void codes_add_marking(struct codes *codes, const struct marking *marking);

/* Of an entry with the small parts that are held. *is_there false: its type bears none, its body is gone or malformed. */
bool codes_read(struct journal *journal, const struct entry_row *row, struct arena *arena,
                struct codes *out, bool *is_there, struct error *err);

/* Members of an object. */
void codes_write(const struct codes *codes, struct json_writer *out);
/* A member `codes` for a row of a list, one text of their words: handling, classification, evaluation, nature ("H1 H2
 * unclassified B2 fact"), and "partial". None where they cannot be read: a list is not lost for one row. */
void codes_row_write(struct journal *journal, int64_t entry, struct json_writer *out);
/* The whole of them as a member `codes`; none where they are not there. */
bool codes_object_write(struct journal *journal, const struct entry_row *row, struct arena *arena,
                        struct json_writer *out, struct error *err);

#endif
