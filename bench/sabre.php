<?php
// A calendar server over SQLite in a folder of its own. Run by itself it makes the database; as the script of PHP's server it answers.

error_reporting(0);
date_default_timezone_set('UTC');
require_once '/usr/share/php/Sabre/autoload.php';

$database = new PDO('sqlite:' . getenv('SABRE_FOLDER') . '/db.sqlite');
$database->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
$database->exec('pragma busy_timeout = 10000');

if (PHP_SAPI === 'cli') {
    foreach (['principals', 'calendars', 'users'] as $part) {
        $file = "/usr/share/doc/php-sabre-dav/examples/sql/sqlite.$part.sql";
        $database->exec(file_exists($file) ? file_get_contents($file) : implode('', gzfile("$file.gz")));
    }
    $database->exec("insert into principals (uri, email, displayname) values ('principals/bench', 'bench@example.org', 'bench')");
    foreach (explode(',', getenv('SABRE_CALENDARS')) as $name) {
        $database->exec("insert into calendars (principaluri, displayname, uri, ctag, components) values ('principals/bench', 'bench', '$name', 1, 'VEVENT')");
    }
    exit(0);
}

class Everybody implements Sabre\DAV\Auth\Backend\BackendInterface {
    function authenticate(Sabre\DAV\Server $server, $realm) { return true; }
    function getCurrentUser() { return 'bench'; }
}

$principals = new Sabre\DAVACL\PrincipalBackend\PDO($database);
$calendars = new Sabre\CalDAV\Backend\PDO($database);
$server = new Sabre\DAV\Server([new Sabre\CalDAV\Principal\Collection($principals), new Sabre\CalDAV\CalendarRootNode($principals, $calendars)]);
$server->setBaseUri('/');
$server->addPlugin(new Sabre\DAV\Auth\Plugin(new Everybody(), 'bench'));
$server->addPlugin(new Sabre\DAVACL\Plugin());
$server->addPlugin(new Sabre\CalDAV\Plugin());
$server->exec();
