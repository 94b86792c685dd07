/*
 * A thief who copied the keeper's key file and sits in the line. Up to the place that the succession names, what the old
 * custody key signs cannot be told from what the keeper signed. Beyond it, it must not count: the thief answers posts in
 * the keeper's place, and no such receipt may be taken.
 */
#include "sim/world.h"

#include "base/text.h"
#include "crypto/secret.h"
#include "journal/private.h"
#include "keeper/keys_file.h"
#include "tlog/checkpoint.h"
#include "tlog/cosignature.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define TRIES_MAX 3u /* the line works again after that */

void thief_copy(struct node *node)
{
    struct thief *thief = &node->world->thief;
    struct keys *keys = secret_alloc(sizeof *keys);
    struct error err = {0};

    if (keys == NULL || !node_keys_read(node, keys, &err)) {
        world_tell(node->world, "the thief gets nothing: %s", err.text);
    } else {
        const struct key_set *newest = &keys->sets[keys->set_count - 1];
        thief->has_keys = true;
        thief->side = node->side;
        thief->number = node->journal.lines[0].own_keys.number;
        memcpy(thief->custody, newest->custody, sizeof thief->custody);
        memcpy(thief->custody_public, newest->custody_public, sizeof thief->custody_public);
    }
    secret_free(keys);
}

/* The partner knows by now that the stolen key counts no more at this place of its logs. */
static bool is_known(const struct world *world, const struct checkpoint *checkpoint)
{
    const struct node *partner = &world->nodes[1 - world->thief.side];
    const struct journal_line *line = &partner->journal.lines[0];

    return partner->is_up && span_is(checkpoint->origin, line->out.origin) &&
           chain_custody_keys(line, SIDE_PARTNER, line->out_past.base + checkpoint->size)->number >
               world->thief.number;
}

static bool receipt_forge(const struct thief *thief, const struct checkpoint *checkpoint,
                          int64_t time_s, struct buffer *out)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    struct buffer message CLEANUP(buffer_free) = buffer_make(CHECKPOINT_SIZE_MAX);
    uint8_t signature[SIGNATURE_SIZE];
    char root[BASE64_SIZE(TLOG_HASH_SIZE) + 1];
    char name[NAME_SIZE_MAX + 32];
    struct note_key key;

    snprintf(name, sizeof name, "%s/custody/%u", party_names[thief->side], thief->number);
    if (!note_key_make(span_text(name), NOTE_COSIGNATURE, thief->custody_public, &key) ||
        !checkpoint_write(checkpoint, &text) ||
        !cosignature_message_write(time_s, buffer_span(&text), &message))
        return false;
    signature_sign(thief->custody, buffer_span(&message), signature);
    base64_write(span_make(checkpoint->root.bytes, TLOG_HASH_SIZE), root);
    return buffer_format(out, "%" PRIu64 " %s ", checkpoint->size, root) &&
           cosignature_line_write(&key, time_s, signature, out);
}

/* The text of a note ends before its empty line. */
static bool shown_read(struct span note, struct checkpoint *out)
{
    struct error ignored = {0};
    const uint8_t *end = note.size == 0 ? NULL : memmem(note.data, note.size, "\n\n", 2);
    return end != NULL &&
           checkpoint_read(span_part(note, 0, (size_t)(end - note.data) + 1), false, out, &ignored);
}

bool thief_answers(struct world *world, size_t from, struct span note, struct buffer *answer)
{
    struct thief *thief = &world->thief;
    struct checkpoint checkpoint;

    if (!thief->has_keys || from == thief->side || thief->tries == TRIES_MAX ||
        (world->is_healing && thief->tries > 0) || !shown_read(note, &checkpoint) ||
        !is_known(world, &checkpoint) || !random_chance(&world->random, 60))
        return false;
    buffer_clear(answer);
    if (!receipt_forge(thief, &checkpoint, world->now_ms / 1000 + 1, answer))
        return false;
    thief->tries++;
    tally_add("theft", "receipts that the thief gave");
    world_tell(world, "the thief gives a receipt of size %" PRIu64, checkpoint.size);
    return true;
}
