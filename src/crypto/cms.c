/*
 * Institutions' signatures over documents: CMS SignedData (RFC 5652), see cms.h.
 *
 * What counts is the list of certificates that the caller gives: each must have signed, nobody else may have, and the
 * certificates that travel inside are never looked at. Each signer signs signed attributes (content type, digest of the
 * content, time); a signature without them is refused, because the bytes of a set of attributes could then be shown as
 * a content that nobody signed.
 */
#include "crypto/cms.h"

#include "crypto/digest.h"
#include "crypto/pki.h"

#include <openssl/cms.h>
#include <openssl/err.h>

/* Nothing is translated, and no list of mail ciphers is added. */
#define SIGN_FLAGS (CMS_BINARY | CMS_NOSMIMECAP)
/* Signers come from the caller alone; chains are not walked, because the certificates themselves are agreed. */
#define VERIFY_FLAGS (CMS_BINARY | CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY)

static void free_cms(CMS_ContentInfo **cms)
{
    CMS_ContentInfo_free(*cms);
}

static void free_list(STACK_OF(X509) * *list)
{
    sk_X509_pop_free(*list, X509_free);
}

/* Parses the whole of `der`: signed data over plain data that it carries, by 1 to CMS_SIGNER_COUNT_MAX signers. */
static CMS_ContentInfo *read_cms(struct span der, struct error *err)
{
    const uint8_t *at = der.data;

    if (der.size == 0 || der.size > CMS_SIZE_MAX) {
        error_set(err, ERROR_INPUT, "a signed document has 1 to %u bytes, not %zu", CMS_SIZE_MAX,
                  der.size);
        return NULL;
    }
    CMS_ContentInfo *cms = d2i_CMS_ContentInfo(NULL, &at, (long)der.size);
    if (cms == NULL) {
        pki_failed(err, ERROR_INPUT, "this is no signed document");
        return NULL;
    }
    const char *fault = NULL;
    ASN1_OCTET_STRING **content = NULL;
    if (at != der.data + der.size)
        fault = "bytes follow the signed document";
    else if (OBJ_obj2nid(CMS_get0_type(cms)) != NID_pkcs7_signed)
        fault = "the document is of another kind than signed data";
    else if (OBJ_obj2nid(CMS_get0_eContentType(cms)) != NID_pkcs7_data)
        fault = "the signed content is not plain data";
    else if ((content = CMS_get0_content(cms)) == NULL || *content == NULL)
        fault = "the signed document does not carry its content";
    else if (sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms)) > CMS_SIGNER_COUNT_MAX)
        fault = "the document carries more signatures than any agreement has";
    ERR_clear_error();
    if (fault == NULL)
        return cms;
    error_set(err, ERROR_INPUT, "%s", fault);
    CMS_ContentInfo_free(cms);
    return NULL;
}

static struct span content_of(CMS_ContentInfo *cms)
{
    const ASN1_OCTET_STRING *content = *CMS_get0_content(cms);

    return span_make(ASN1_STRING_get0_data(content), (size_t)ASN1_STRING_length(content));
}

static bool give_content(CMS_ContentInfo *cms, struct buffer *out, struct error *err)
{
    if (buffer_add(out, content_of(cms)))
        return true;
    return error_set(err, ERROR_LIMIT, "the signed content is larger than %zu bytes", out->limit);
}

static bool write_cms(CMS_ContentInfo *cms, struct buffer *out, struct error *err)
{
    int size = i2d_CMS_ContentInfo(cms, NULL);

    if (size <= 0)
        return pki_failed(err, ERROR_LIMIT, "the signed document cannot be written");
    uint8_t *room = (size_t)size > CMS_SIZE_MAX ? NULL : buffer_room(out, (size_t)size);
    if (room == NULL)
        return error_set(err, ERROR_LIMIT, "no room for a signed document of %d bytes", size);
    if (i2d_CMS_ContentInfo(cms, &room) != size)
        return pki_failed(err, ERROR_LIMIT, "the signed document cannot be written");
    return true;
}

/* ---- signing ---- */

struct signer {
    struct pki_key key;
    X509 *certificate;
};

static void free_signer(struct signer *signer)
{
    pki_drop_key(&signer->key);
    X509_free(signer->certificate);
}

static bool read_signer(struct signer *signer, struct span key_pem, struct span passphrase,
                        struct span certificate_pem, struct error *err)
{
    signer->certificate = pki_read_certificate(certificate_pem, err);
    if (signer->certificate == NULL)
        return false;
    return pki_open_key(key_pem, passphrase, &signer->key, err) &&
           pki_check_pair(signer->certificate, signer->key.key, err);
}

/* Reads back what was made and verifies the signer's signature with the certificate's key alone. */
static bool prove_signature(struct span der, X509 *certificate, struct error *err)
{
    CMS_ContentInfo *cms CLEANUP(free_cms) = read_cms(der, err);

    if (cms == NULL)
        return false;
    STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);
    for (int i = 0; i < sk_CMS_SignerInfo_num(infos); i++) {
        CMS_SignerInfo *info = sk_CMS_SignerInfo_value(infos, i);
        if (CMS_SignerInfo_cert_cmp(info, certificate) != 0)
            continue;
        CMS_SignerInfo_set1_signer_cert(info, certificate);
        if (CMS_SignerInfo_verify(info) == 1)
            return true;
    }
    ERR_clear_error();
    return error_set(err, ERROR_BUG,
                     "the signature that the key just made does not hold under its "
                     "certificate; nothing was written");
}

/* Only what holds is given out. */
static bool give_signed(CMS_ContentInfo *cms, X509 *certificate, struct buffer *out,
                        struct error *err)
{
    struct buffer der CLEANUP(buffer_free) = buffer_make(out->limit);

    if (!write_cms(cms, &der, err) || !prove_signature(buffer_span(&der), certificate, err))
        return false;
    return buffer_add(out, buffer_span(&der)) ||
           error_set(err, ERROR_LIMIT, "no room for a signed document of %zu bytes", der.size);
}

bool cms_sign(struct span content, struct span key_pem, struct span passphrase,
              struct span certificate_pem, struct buffer *out, struct error *err)
{
    struct signer signer CLEANUP(free_signer) = {0};

    if (content.size > CMS_SIZE_MAX)
        return error_set(err, ERROR_LIMIT, "a signed document has at most %u bytes", CMS_SIZE_MAX);
    if (!read_signer(&signer, key_pem, passphrase, certificate_pem, err))
        return false;
    BIO *bio CLEANUP(pki_free_bio) =
        BIO_new_mem_buf(content.size == 0 ? (const void *)"" : content.data, (int)content.size);
    CMS_ContentInfo *cms CLEANUP(free_cms) =
        CMS_sign(NULL, NULL, NULL, NULL, SIGN_FLAGS | CMS_PARTIAL);
    if (bio == NULL || cms == NULL ||
        CMS_add1_signer(cms, signer.certificate, signer.key.key, EVP_sha256(), SIGN_FLAGS) ==
            NULL ||
        CMS_final(cms, bio, NULL, SIGN_FLAGS) != 1)
        return pki_failed(err, ERROR_LIMIT, "the document cannot be signed");
    return give_signed(cms, signer.certificate, out, err);
}

static bool has_digest(CMS_SignerInfo *info, const uint8_t digest[DIGEST_SIZE])
{
    const ASN1_OCTET_STRING *found = CMS_signed_get0_data_by_OBJ(
        info, OBJ_nid2obj(NID_pkcs9_messageDigest), -3, V_ASN1_OCTET_STRING);

    return found != NULL && ASN1_STRING_length(found) == DIGEST_SIZE &&
           digest_is_equal(ASN1_STRING_get0_data(found), digest);
}

/*
 * OpenSSL lets a further signer take over the digest that an earlier one wrote down. So each digest is compared with
 * the content first: else one could be shown one document and sign another.
 */
static bool check_before_joining(CMS_ContentInfo *cms, X509 *certificate, struct error *err)
{
    STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);
    int count = sk_CMS_SignerInfo_num(infos);
    uint8_t digest[DIGEST_SIZE];

    if (count < 1)
        return error_set(err, ERROR_INPUT, "the document carries no signature to join");
    if (count >= CMS_SIGNER_COUNT_MAX)
        return error_set(err, ERROR_INPUT, "the document has %d signatures, no more may be added",
                         count);
    digest_sha256(content_of(cms), digest);
    for (int i = 0; i < count; i++) {
        CMS_SignerInfo *info = sk_CMS_SignerInfo_value(infos, i);
        if (CMS_SignerInfo_cert_cmp(info, certificate) == 0)
            return error_set(err, ERROR_CONFLICT,
                             "this institution has signed the document already");
        if (!has_digest(info, digest))
            return error_set(err, ERROR_INPUT, "a signature in the document is of another content");
    }
    return true;
}

bool cms_add_signer(struct span cms, struct span key_pem, struct span passphrase,
                    struct span certificate_pem, struct buffer *out, struct error *err)
{
    struct signer signer CLEANUP(free_signer) = {0};
    CMS_ContentInfo *parsed CLEANUP(free_cms) = read_cms(cms, err);

    if (parsed == NULL || !read_signer(&signer, key_pem, passphrase, certificate_pem, err) ||
        !check_before_joining(parsed, signer.certificate, err))
        return false;
    if (CMS_add1_signer(parsed, signer.certificate, signer.key.key, EVP_sha256(),
                        SIGN_FLAGS | CMS_REUSE_DIGEST) == NULL)
        return pki_failed(err, ERROR_INPUT, "the signature cannot be added");
    return give_signed(parsed, signer.certificate, out, err);
}

/* ---- verifying ---- */

/* SHA-256, ECDSA and signed attributes: the only form in use; what else CMS allows is an attack surface. */
static bool check_form(CMS_SignerInfo *info, const char *name, struct error *err)
{
    X509_ALGOR *digest = NULL;
    X509_ALGOR *signature = NULL;

    CMS_SignerInfo_get0_algs(info, NULL, NULL, &digest, &signature);
    if (OBJ_obj2nid(digest->algorithm) != NID_sha256 ||
        OBJ_obj2nid(signature->algorithm) != NID_ecdsa_with_SHA256)
        return error_set(err, ERROR_INPUT, "the signature of %s is not ECDSA with SHA-256", name);
    if (CMS_signed_get_attr_by_NID(info, NID_pkcs9_messageDigest, -1) < 0)
        return error_set(err, ERROR_INPUT, "the signature of %s has no signed attributes", name);
    return true;
}

/* Finds the one signature that says it is the certificate's, and marks it. */
static bool claim_signature(STACK_OF(CMS_SignerInfo) * infos, X509 *certificate,
                            bool is_claimed[CMS_SIGNER_COUNT_MAX], struct error *err)
{
    char name[PKI_NAME_SIZE];

    pki_name(certificate, name);
    for (int i = 0; i < sk_CMS_SignerInfo_num(infos); i++) {
        CMS_SignerInfo *info = sk_CMS_SignerInfo_value(infos, i);
        if (CMS_SignerInfo_cert_cmp(info, certificate) != 0)
            continue;
        if (is_claimed[i])
            return error_set(err, ERROR_INPUT, "the certificate of %s is given twice", name);
        is_claimed[i] = true;
        return check_form(info, name, err);
    }
    return error_set(err, ERROR_INPUT, "the signature of %s is missing", name);
}

/* Every certificate has its signature, and every signature its certificate. */
static bool match_signers(CMS_ContentInfo *cms, STACK_OF(X509) * certificates, struct error *err)
{
    STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);
    bool is_claimed[CMS_SIGNER_COUNT_MAX] = {false};

    for (int i = 0; i < sk_X509_num(certificates); i++)
        if (!claim_signature(infos, sk_X509_value(certificates, i), is_claimed, err))
            return false;
    for (int i = 0; i < sk_CMS_SignerInfo_num(infos); i++)
        if (!is_claimed[i])
            return error_set(err, ERROR_INPUT,
                             "signature %d of the document is by none of the agreed institutions",
                             i + 1);
    return true;
}

/* After CMS_verify said no: which signature it was, for people. Always false. */
static bool blame(CMS_ContentInfo *cms, STACK_OF(X509) * certificates, struct error *err)
{
    STACK_OF(CMS_SignerInfo) *infos = CMS_get0_SignerInfos(cms);
    uint8_t digest[DIGEST_SIZE];
    char name[PKI_NAME_SIZE];

    ERR_clear_error();
    digest_sha256(content_of(cms), digest);
    for (int i = 0; i < sk_CMS_SignerInfo_num(infos); i++) {
        CMS_SignerInfo *info = sk_CMS_SignerInfo_value(infos, i);
        for (int k = 0; k < sk_X509_num(certificates); k++) {
            X509 *certificate = sk_X509_value(certificates, k);
            if (CMS_SignerInfo_cert_cmp(info, certificate) != 0)
                continue;
            pki_name(certificate, name);
            if (!has_digest(info, digest))
                return error_set(err, ERROR_INPUT, "the signature of %s is of another content",
                                 name);
            if (CMS_SignerInfo_verify(info) != 1) {
                ERR_clear_error();
                return error_set(err, ERROR_INPUT, "the signature of %s does not hold", name);
            }
        }
    }
    return error_set(err, ERROR_INPUT, "the signatures do not hold");
}

static STACK_OF(X509) *
    read_certificates(const struct span *certificates_pem, size_t count, struct error *err)
{
    STACK_OF(X509) *list = sk_X509_new_null();

    if (list == NULL)
        pki_failed(err, ERROR_LIMIT, "out of memory");
    for (size_t i = 0; list != NULL && i < count; i++) {
        X509 *certificate = pki_read_certificate(certificates_pem[i], err);
        if (certificate != NULL && sk_X509_push(list, certificate) > 0)
            continue;
        X509_free(certificate);
        sk_X509_pop_free(list, X509_free);
        return NULL;
    }
    return list;
}

bool cms_verify(struct span cms, const struct span *certificates_pem, size_t count,
                struct buffer *content, struct error *err)
{
    if (count < 1 || count > CMS_SIGNER_COUNT_MAX)
        return error_set(err, ERROR_INPUT, "a document is verified against 1 to %d certificates",
                         CMS_SIGNER_COUNT_MAX);
    CMS_ContentInfo *parsed CLEANUP(free_cms) = read_cms(cms, err);
    if (parsed == NULL)
        return false;
    STACK_OF(X509) * certificates CLEANUP(free_list) =
        read_certificates(certificates_pem, count, err);
    if (certificates == NULL || !match_signers(parsed, certificates, err))
        return false;
    if (CMS_verify(parsed, certificates, NULL, NULL, NULL, VERIFY_FLAGS) != 1)
        return blame(parsed, certificates, err);
    return give_content(parsed, content, err);
}

bool cms_look(struct span cms, size_t *signer_count, struct buffer *content, struct error *err)
{
    CMS_ContentInfo *parsed CLEANUP(free_cms) = read_cms(cms, err);

    if (parsed == NULL)
        return false;
    int count = sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(parsed));
    *signer_count = count < 0 ? 0 : (size_t)count;
    return give_content(parsed, content, err);
}
