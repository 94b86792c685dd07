/* What a partner gave, and how it is passed on: for the tests of forwarding, export and consent. */
#ifndef BESA_TESTS_DESK_PASSED_H
#define BESA_TESTS_DESK_PASSED_H

#include "journal/support/pair.h"
#include "message/marking.h"
#include "message/person.h"
#include "store/attachment_file.h"
#include "store/part_rows.h"

/* A person and a text; what is 0 is as in sample_spontaneous(). */
struct passed {
    uint64_t handling; /* of both */
    const char *words; /* the text */
    /* Of the text: */
    const char *third; /* another provider */
    enum source_system source;
    bool is_restricted;
    enum person_category category; /* of the person; with PERSON_VICTIM, what may pass about one */
    bool is_minor;
    bool has_file; /* an attachment, part PASSED_FILE_PART */
};
#define PASSED_FILE_PART 3

/* Given unasked by this side and delivered; its id in `item`. */
bool passed_give(struct pair *pair, size_t from, const struct passed *passed,
                 char item[UUID_TEXT_SIZE], struct error *err);
/* With names of which every category allows. */
void passed_plain(struct person *person);
/* A file that the node's officer gave, to be named among the attachments of a message. */
bool passed_upload(struct pair_node *node, char hex[2 * ATTACHMENT_ID_SIZE + 1], struct error *err);
/* The reference of what was given last. */
const char *passed_reference(void);
/* What is left of a part at a node, as after a loss or before it was fetched. */
bool passed_part_set(struct pair_node *node, const char *item, int64_t part, enum part_state state,
                     struct error *err);
/* The parties of the agreement, as both nodes hold them from here on; what may cross from Albania is `sources`. */
void passed_parties(struct pair *pair, enum party_status ro, enum party_status al,
                    uint64_t sources);
/* An act about an item, `more` behind it in the arguments; `answer` ends with a zero. */
bool passed_act(struct pair_node *node, const char *act, const char *item, const char *more,
                struct buffer *answer, struct error *err);

#endif
