<?php
// A published notice in pages that PHP makes: fetched at most every five minutes, revalidated, and kept for when it cannot be.
//
//   require 'notice.php';
//   echo notice('https://seloste.example.org/n/tenant/notice/fi', '/var/cache/notice');
//
// Never fails for want of a network: the last good copy is given, and before there is one, a link. PHP 8, allow_url_fopen on.

declare(strict_types=1);

// Withdrawn by the controller, or taken down: then the text must not stay, and the link leads to what befell it.
const NOTICE_GONE = [410, 451];

/** $page is the notice's address with a language, or a version's or the history's. $folder is for this notice alone. */
function notice(string $page, string $folder, int $freshSeconds = 300): string
{
    if (!is_dir($folder)) {
        mkdir($folder, 0755, true);
    }
    $kept = "$folder/notice.html";
    $tried = "$folder/tried";
    clearstatcache();
    if (!is_file($tried) || time() - filemtime($tried) >= $freshSeconds) {
        // Said before we ask: while one asks and waits, others show what there is.
        touch($tried);
        if (($problem = notice_fetch($page, $kept, "$folder/notice.etag")) !== null) {
            error_log("notice not fetched, the last good copy is shown: $problem");
        }
    }
    if (is_file($kept)) {
        return (string) file_get_contents($kept);
    }
    $link = htmlspecialchars($page, ENT_QUOTES);
    return "<p><a href=\"$link\">$link</a></p>\n";
}

/** What went wrong, or null. */
function notice_fetch(string $page, string $kept, string $tag): ?string
{
    $known = is_file($kept) && is_file($tag) ? (string) file_get_contents($tag) : '';
    $context = stream_context_create(['http' => [
        'timeout' => 10,
        'ignore_errors' => true,
        'header' => $known === '' ? [] : ["If-None-Match: $known"],
    ]]);
    $html = @file_get_contents("$page.fragment.html", false, $context, 0, 2000000);
    if ($html === false) {
        return 'no answer';
    }
    $status = 0;
    $etag = '';
    // After a redirect the headers of each answer are here; the last ones count.
    foreach ($http_response_header as $line) {
        if (preg_match('~^HTTP/\S+ (\d+)~', $line, $found)) {
            $status = (int) $found[1];
            $etag = '';
        } elseif (preg_match('~^etag:\s*(.*)$~i', $line, $found)) {
            $etag = trim($found[1]);
        }
    }
    if ($status === 304) {
        return null;
    }
    if (in_array($status, NOTICE_GONE, true) && is_file($kept)) {
        unlink($kept);
    }
    if ($status !== 200) {
        return "the service answered $status";
    }
    if (!str_contains($html, 'class="seloste') || !preg_match('~</(article|section)>\s*$~', $html)) {
        return 'what came is no notice, or not all of it';
    }
    $parts = parse_url($page);
    $origin = $parts['scheme'] . '://' . $parts['host'] . (isset($parts['port']) ? ':' . $parts['port'] : '');
    // Links in it begin at the root of the service.
    notice_replace($kept, str_replace('href="/', "href=\"$origin/", $html));
    notice_replace($tag, $etag);
    return null;
}

/** Whole or not at all, whoever reads it meanwhile. */
function notice_replace(string $file, string $text): void
{
    $new = $file . '.' . getmypid();
    file_put_contents($new, $text);
    rename($new, $file);
}

if (PHP_SAPI === 'cli' && realpath($argv[0]) === __FILE__) {
    echo notice($argv[1], $argv[2], (int) ($argv[3] ?? 300));
}
