/* Parts and attachments: see message/part.h. */
#include "check.h"
#include "message/support/samples.h"

#include "base/attributes.h"
#include "base/limits.h"

static struct sample_parts room;
static struct request request;

CHECK_TEST(segments_are_counted_to_the_byte)
{
    CHECK_INT(attachment_segment_count(0), 0);
    CHECK_INT(attachment_segment_count(1), 1);
    CHECK_INT(attachment_segment_count(SEGMENT_SIZE), 1);
    CHECK_INT(attachment_segment_count(SEGMENT_SIZE + 1), 2);
    CHECK_INT(attachment_segment_count(ATTACHMENT_SIZE_MAX), 2048);
    CHECK_INT(attachment_segment_count(-1), 0);
}

CHECK_TEST(each_segment_matches_only_itself)
{
    uint8_t *segment = malloc(SEGMENT_SIZE);
    CHECK_OR_RETURN(segment != NULL && sample_request_with_parts(&room, &request));
    for (size_t i = 0; i < 3; i++) {
        size_t size = sample_segment(i, segment);
        CHECK(attachment_segment_matches(&room.attachment, i, span_make(segment, size)));
        CHECK(!attachment_segment_matches(&room.attachment, i, span_make(segment, size - 1)));
        CHECK(attachment_segment_matches(&room.attachment, (i + 1) % 2, span_make(segment, size)) ==
              (i < 2));
        segment[size - 1] ^= 1;
        CHECK(!attachment_segment_matches(&room.attachment, i, span_make(segment, size)));
    }
    CHECK(!attachment_segment_matches(&room.attachment, 3, span_make(segment, 5)));
    room.attachment.segment_hashes.size -= 1;
    CHECK(!attachment_segment_matches(&room.attachment, 0, span_make(segment, SEGMENT_SIZE)));
    free(segment);
}

/* The digest as PROTOCOL says, made again from its pieces. */
CHECK_TEST(an_attachment_digest_covers_size_hash_and_segments)
{
    uint8_t bytes[SALT_SIZE + DIGEST_SIZE + 8 + 3 * DIGEST_SIZE];
    uint8_t wanted[DIGEST_SIZE];
    uint8_t found[DIGEST_SIZE];

    CHECK_OR_RETURN(sample_request_with_parts(&room, &request));
    memcpy(bytes, room.salts[1], SALT_SIZE);
    memcpy(bytes + SALT_SIZE, room.attachment.sha256, DIGEST_SIZE);
    memcpy(bytes + SALT_SIZE + DIGEST_SIZE, "\0\0\0\0\0\x20\0\x05", 8);
    memcpy(bytes + SALT_SIZE + DIGEST_SIZE + 8, room.segment_hashes, 3 * DIGEST_SIZE);
    digest_sha256(span_make(bytes, sizeof bytes), wanted);
    part_digest_attachment(room.salts[1], &room.attachment, found);
    CHECK(digest_is_equal(found, wanted));
    CHECK(digest_is_equal(room.parts[1].digest, wanted));
    room.attachment.size++;
    part_digest_attachment(room.salts[1], &room.attachment, found);
    CHECK(!digest_is_equal(found, wanted));
    part_digest_attachment(room.salts[0], &room.attachment, found);
    CHECK(!digest_is_equal(found, wanted));
}

CHECK_TEST(parts_are_found_by_number)
{
    CHECK_OR_RETURN(sample_request_with_parts(&room, &request));
    CHECK(part_list_find(&request.parts, 2) == &room.parts[1]);
    CHECK(part_list_find(&request.parts, 0) == NULL);
    CHECK(part_list_find(&request.parts, 3) == NULL);
    CHECK(attachment_list_find(&request.attachments, 2) == &room.attachment);
    CHECK(attachment_list_find(&request.attachments, 1) == NULL);
}

int main(void)
{
    CHECK_RUN(segments_are_counted_to_the_byte);
    CHECK_RUN(each_segment_matches_only_itself);
    CHECK_RUN(an_attachment_digest_covers_size_hash_and_segments);
    CHECK_RUN(parts_are_found_by_number);
    return check_end();
}
