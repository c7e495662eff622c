using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using static Jianwei.Alerts.Tests.AlertsWorld;

namespace Jianwei.Alerts.Tests.Api;

/// <summary>The REST side over HTTP, on a real port and a real database.</summary>
public sealed class AlertsApiTests : IAsyncLifetime
{
    private AlertsWorld world = null!;
    private AlertsProcess process = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        world = await AlertsWorld.StartAsync();
        process = await AlertsProcess.StartAsync(world);
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        await world.DisposeAsync();
    }

    [Fact]
    public async Task Portfolio_IsCreatedReadRenamedAndDeleted()
    {
        var created = await PostAsync("/api/portfolios", """{"name": "长三角"}""", HttpStatusCode.Created);
        var id = created.GetProperty("id").GetInt64();
        Assert.Equal("长三角", (await GetAsync($"/api/portfolios/{id}")).GetProperty("name").GetString());
        await SendAsync(HttpMethod.Put, $"/api/portfolios/{id}", """{"name": "x"}""");
        Assert.Equal(["x"], (await GetAsync("/api/portfolios"))
            .GetProperty("items").EnumerateArray().Select(p => p.GetProperty("name").GetString()));
        Assert.Equal(
            "name 'x' is taken by another portfolio",
            Detail(await PostAsync("/api/portfolios", """{"name": "x"}""", HttpStatusCode.Conflict)));

        await SendAsync(HttpMethod.Delete, $"/api/portfolios/{id}", null, HttpStatusCode.NoContent);
        Assert.Equal($"there is no portfolio {id}", Detail(await GetAsync($"/api/portfolios/{id}", HttpStatusCode.NotFound)));
        await PostAsync("/api/portfolios", """{"name": "x"}""", HttpStatusCode.Created);
    }

    [Fact]
    public async Task Members_AreAddedInBulkByIdAndIdentifier()
    {
        await world.Handler().HandleAsync(Batch(Score("US-CIK:9", 1, 0, 0.05)), Stop);
        await PostAsync("/api/companies/US-CIK:9/identifiers", """{"scheme": "NAME", "value": "鸿远"}""");
        var id = (await PostAsync("/api/portfolios", """{"name": "p"}""", HttpStatusCode.Created)).GetProperty("id").GetInt64();

        var added = await PostAsync($"/api/portfolios/{id}/members",
            """{"company_ids": ["US-CIK:1", "US-CIK:2"], "identifiers": [{"scheme": "NAME", "value": "鸿远"}, {"scheme": "US-CIK", "value": "7"}]}""");
        Assert.Equal(4, added.GetProperty("changed").GetInt32());
        Assert.Equal(3, added.GetProperty("unknown").GetInt32());
        var members = (await GetAsync($"/api/portfolios/{id}/members")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["US-CIK:1", "US-CIK:2", "US-CIK:7", "US-CIK:9"], members.Select(m => m.GetProperty("company_id").GetString()));
        Assert.Equal([false, false, false, true], members.Select(m => m.GetProperty("known").GetBoolean()));
        Assert.Equal(0, (await PostAsync($"/api/portfolios/{id}/members", """{"company_ids": ["US-CIK:1"]}"""))
            .GetProperty("changed").GetInt32());

        var page = await GetAsync($"/api/portfolios/{id}/members?limit=3");
        Assert.Equal("US-CIK:7", page.GetProperty("next").GetString());
        Assert.Single((await GetAsync($"/api/portfolios/{id}/members?limit=3&after=US-CIK:7")).GetProperty("items").EnumerateArray());

        Assert.Equal(1, (await PostAsync(
            $"/api/portfolios/{id}/members/remove", """{"identifiers": [{"scheme": "NAME", "value": "鸿远"}]}"""))
            .GetProperty("changed").GetInt32());
        await SendAsync(HttpMethod.Delete, $"/api/portfolios/{id}/members/US-CIK:0007", null, HttpStatusCode.NoContent);
        Assert.Equal(2, (await GetAsync($"/api/portfolios/{id}")).GetProperty("members").GetInt32());
    }

    // A member in another form than Ingest's would never get an alert.
    [Theory]
    [InlineData("US-CIK:0000000007", "US-CIK:7")]
    [InlineData("FR-SIREN:552 100 554", "FR-SIREN:552100554")]
    [InlineData("US-EIN:12-3456789", "US-EIN:123456789")]
    [InlineData(" DE-HRB: Ｂｅｒｌｉｎ  HRB 1 ", "DE-HRB:Berlin HRB 1")]
    [InlineData("X-REG:a:b", "X-REG:a:b")]
    [InlineData("WIKIDATA:q95", "US-CIK:9")]
    public async Task Member_IsBroughtIntoIngestsForm(string written, string member)
    {
        await world.Handler().HandleAsync(Batch(Score("US-CIK:9", 1, 0, 0.05)), Stop);
        await PostAsync("/api/companies/US-CIK:9/identifiers", """{"scheme": "WIKIDATA", "value": "Q95"}""");
        var id = (await PostAsync("/api/portfolios", """{"name": "p"}""", HttpStatusCode.Created)).GetProperty("id").GetInt64();
        var body = JsonSerializer.Serialize(new { company_ids = new[] { written } });

        var added = await PostAsync($"/api/portfolios/{id}/members", body);

        Assert.Equal([member], added.GetProperty("companies").EnumerateArray().Select(m => m.GetProperty("company_id").GetString()));
        Assert.Equal(member == "US-CIK:9" ? 0 : 1, added.GetProperty("unknown").GetInt32());
        Assert.Equal(1, (await PostAsync($"/api/portfolios/{id}/members/remove", body)).GetProperty("changed").GetInt32());
    }

    [Theory]
    [InlineData("""{"company_ids": ["US-CIK:1", "us-cik:7"]}""",
        "company_ids[1] is 'us-cik:7'; allowed: SCHEME:ID, where SCHEME is CN-USCC, ")]
    [InlineData("""{"company_ids": ["Apple"]}""", "company_ids[0] is 'Apple'; allowed: SCHEME:ID, where SCHEME is CN-USCC, ")]
    [InlineData("""{"company_ids": [":7"]}""", "company_ids[0] is ':7'; allowed: SCHEME:ID, ")]
    [InlineData("""{"company_ids": [null]}""", "company_ids[0] is missing; allowed: 1 to 200 characters")]
    [InlineData("""{"company_ids": ["US-CIK:"]}""", "company_ids[0] is 'US-CIK:'; allowed: for US-CIK, 1 to 10 digits")]
    [InlineData("""{"company_ids": ["US-CIK:7a"]}""", "company_ids[0] is 'US-CIK:7a'; allowed: for US-CIK, 1 to 10 digits")]
    [InlineData("""{"company_ids": ["US-CIK:000"]}""", "company_ids[0] is 'US-CIK:000'; allowed: for US-CIK, a number above 0")]
    [InlineData("""{"company_ids": ["CN-USCC:91310000MA1FL5KQ70"]}""",
        "company_ids[0] is 'CN-USCC:91310000MA1FL5KQ70'; allowed: for CN-USCC, the check character of GB 32100-2015")]
    [InlineData("""{"identifiers": [{"scheme": "NAME", "value": "nobody"}]}""",
        "identifiers[0] is 'NAME:nobody'; allowed: an alias of a company, or a scheme that is CN-USCC, ")]
    public async Task Member_ThatCanBeNoCompanyIsRefused(string body, string detail)
    {
        var id = (await PostAsync("/api/portfolios", """{"name": "p"}""", HttpStatusCode.Created)).GetProperty("id").GetInt64();
        Assert.StartsWith(
            detail, Detail(await PostAsync($"/api/portfolios/{id}/members", body, HttpStatusCode.BadRequest)), StringComparison.Ordinal);
        Assert.Equal(0, (await GetAsync($"/api/portfolios/{id}")).GetProperty("members").GetInt32());
    }

    // What an older version let in can be taken out.
    [Fact]
    public async Task Member_ThatIsNoCompanyIdCanBeRemoved()
    {
        await world.SubscribeAsync(["Apple", "us-cik:7", "US-CIK:8"]);

        Assert.Equal(1, (await PostAsync("/api/portfolios/1/members/remove", """{"company_ids": ["Apple"]}"""))
            .GetProperty("changed").GetInt32());
        await SendAsync(HttpMethod.Delete, "/api/portfolios/1/members/us-cik:7", null, HttpStatusCode.NoContent);
        Assert.Equal(1, (await GetAsync("/api/portfolios/1")).GetProperty("members").GetInt32());
    }

    [Fact]
    public async Task Subscription_IsCreatedChangedAndDeleted_AndItsSecretIsShownOnce()
    {
        var portfolio = (await PostAsync("/api/portfolios", """{"name": "p"}""", HttpStatusCode.Created)).GetProperty("id").GetInt64();
        var created = await PostAsync($"/api/portfolios/{portfolio}/subscriptions",
            """{"name": "s", "channel": "webhook", "url": "https://example.org/x", "minimum_band": "watch", "minimum_jump": 0.5}""",
            HttpStatusCode.Created);
        var id = created.GetProperty("id").GetInt64();
        Assert.Equal(64, created.GetProperty("secret").GetString()!.Length);
        var read = await GetAsync($"/api/subscriptions/{id}");
        Assert.False(read.TryGetProperty("secret", out _));
        Assert.True(read.GetProperty("has_secret").GetBoolean());

        var changed = await SendAsync(
            HttpMethod.Put, $"/api/subscriptions/{id}",
            """{"name": "s2", "channel": "webhook", "url": "https://example.org/y", "enabled": false}""");
        Assert.True(changed.GetProperty("has_secret").GetBoolean());
        Assert.False(changed.GetProperty("enabled").GetBoolean());
        Assert.Single((await GetAsync($"/api/portfolios/{portfolio}/subscriptions")).GetProperty("items").EnumerateArray());
        await SendAsync(HttpMethod.Delete, $"/api/subscriptions/{id}", null, HttpStatusCode.NoContent);
        await GetAsync($"/api/subscriptions/{id}", HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("""{"name": "s", "channel": "mail"}""", "channel is 'mail'; allowed: console or webhook")]
    [InlineData("""{"name": "s"}""", "channel is missing; allowed: console or webhook")]
    [InlineData("""{"name": "", "channel": "console"}""", "name is ''; allowed: 1 to 200 characters")]
    [InlineData("""{"name": "s", "channel": "webhook"}""", "url is missing; allowed: http://… or https://…")]
    [InlineData("""{"name": "s", "channel": "webhook", "url": "ftp://x"}""", "url is 'ftp://x'; allowed: http://… or https://…")]
    [InlineData("""{"name": "s", "channel": "webhook", "url": "/hook"}""", "url is '/hook'; allowed: http://… or https://…")]
    [InlineData("""{"name": "s", "channel": "webhook", "url": "file:///etc/passwd"}""",
        "url is 'file:///etc/passwd'; allowed: http://… or https://…")]
    [InlineData("""{"name": "s", "channel": "webhook", "url": "https://me:hunter2@h:8/x"}""",
        "url is 'https://…@h:8'; allowed: http://… or https://… without user name and password")]
    [InlineData("""{"name": "s", "channel": "console", "url": "https://h"}""", "url is 'https://h'; allowed: nothing, for channel console")]
    [InlineData("""{"name": "s", "channel": "console", "minimum_band": "nope"}""", "minimum_band is 'nope'; allowed: low, watch, high")]
    [InlineData("""{"name": "s", "channel": "console", "minimum_jump": -1}""", "minimum_jump is '-1'; allowed: 0 to 100, in log-odds")]
    public async Task WrongSubscription_IsRefusedWithFieldValueAndAllowed(string body, string detail)
    {
        var portfolio = (await PostAsync("/api/portfolios", """{"name": "p"}""", HttpStatusCode.Created)).GetProperty("id").GetInt64();
        Assert.Equal(detail, Detail(await PostAsync($"/api/portfolios/{portfolio}/subscriptions", body, HttpStatusCode.BadRequest)));
    }

    [Theory]
    [InlineData("/api/alerts?stat=firing", "query parameter is 'stat'; allowed: portfolio, company, state, from, to, limit, after")]
    [InlineData("/api/portfolios/1?limit=3", "query parameter is 'limit'; allowed: none here")]
    [InlineData("/api/alerts?state=open", "state is 'open'; allowed: firing, acknowledged, resolved")]
    [InlineData("/api/alerts?limit=0", "limit is '0'; allowed: 1 to 1000")]
    [InlineData("/api/alerts?from=yesterday", "from is 'yesterday'; allowed: an ISO 8601 time, e.g. 2024-05-01T00:00:00Z")]
    [InlineData("/api/alerts?after=x", "after is 'x'; allowed: the value of next of the page before")]
    [InlineData("/api/alerts?portfolio=x", "portfolio is 'x'; allowed: a whole number")]
    [InlineData("/api/companies?scheme=US-CIK&value=7a", "value is '7a'; allowed: for US-CIK, 1 to 10 digits")]
    [InlineData("/api/companies?scheme=CN-USCC&value=91310000MA1FL5KQ70",
        "value is '91310000MA1FL5KQ70'; allowed: for CN-USCC, the check character of GB 32100-2015")]
    [InlineData("/api/companies", "query is ''; allowed: scheme=…&value=…, or name=… (the start of a name, any case)")]
    public async Task WrongQuery_IsRefusedWithFieldValueAndAllowed(string url, string detail) =>
        Assert.Equal(detail, Detail(await GetAsync(url, HttpStatusCode.BadRequest)));

    [Fact]
    public async Task Band_OfAModelThatHasGoneCanStay()
    {
        world.AddModel("m/2");
        var subscription = await world.SubscribeAsync(["US-CIK:1"], "gone");
        var changed = await SendAsync(
            HttpMethod.Put, $"/api/subscriptions/{subscription}",
            """{"name": "s", "channel": "console", "minimum_band": "gone", "minimum_jump": 1}""");
        Assert.Equal("gone", changed.GetProperty("minimum_band").GetString());
    }

    [Theory]
    [InlineData("/api/portfolios", "", "it is not JSON, from line 1, byte 0 on")]
    [InlineData("/api/portfolios", "{", "it is not JSON, from line 1, byte 1 on")]
    [InlineData("/api/portfolios", "{\n\"name\": x}", "it is not JSON, from line 2, byte 8 on")]
    [InlineData("/api/portfolios", "null", "it is null")]
    [InlineData("/api/portfolios", "[]", "it is not an object")]
    [InlineData("/api/portfolios", """{"nam": "x"}""", "nam is no field that is known here; allowed: name")]
    [InlineData("/api/portfolios", """{"name": 7}""", "name is not a text")]
    [InlineData("/api/portfolios/1/members", """{"identifiers": [{"schem": "X"}]}""",
        "identifiers[0].schem is no field that is known here; allowed: scheme, value")]
    [InlineData("/api/portfolios/1/members", """{"company_ids": "US-CIK:1"}""", "company_ids is not a list")]
    [InlineData("/api/portfolios/1/members", """{"company_ids": [7]}""", "company_ids[0] is not a text")]
    [InlineData("/api/portfolios/1/members", """{"identifiers": [{"scheme": 7}]}""", "identifiers[0].scheme is not a text")]
    [InlineData("/api/portfolios/1/members", """{"identifiers": [7]}""", "identifiers[0] is not an object")]
    [InlineData("/api/portfolios/1/subscriptions", """{"minimum_jump": "high"}""", "minimum_jump is not a number")]
    [InlineData("/api/portfolios/1/subscriptions", """{"enabled": "yes"}""", "enabled is not true or false")]
    public async Task WrongBody_IsRefusedInTermsOfItsFields(string path, string body, string problem) =>
        Assert.Equal($"the body is not what is expected here: {problem}", Detail(await PostAsync(path, body, HttpStatusCode.BadRequest)));

    [Theory]
    [InlineData("GET", "/api/nothing", 404, "there is nothing at GET /api/nothing; there are /api/portfolios, ")]
    [InlineData("GET", "/nothing", 404, "there is nothing at GET /nothing; ")]
    [InlineData("GET", "/api/portfolios/first", 404, "there is nothing at GET /api/portfolios/first; ")]
    [InlineData("PATCH", "/api/portfolios", 405, "PATCH /api/portfolios is not possible; allowed here: GET, POST")]
    [InlineData("GET", "/api/alerts/7", 400, "alert id is '7'; allowed: a UUID, e.g. ")]
    [InlineData("POST", "/api/alerts/7/acknowledge", 400, "alert id is '7'; allowed: a UUID, e.g. ")]
    public async Task Path_ThatIsNoneIsRefusedWithASentence(string method, string path, int status, string detail) =>
        Assert.StartsWith(detail, Detail(await SendAsync(new(method), path, null, (HttpStatusCode)status)), StringComparison.Ordinal);

    [Fact]
    public async Task Body_ThatIsTooLongIsTheSendersFault()
    {
        using var request =
            new HttpRequestMessage(HttpMethod.Post, "/api/portfolios") { Content = new ByteArrayContent(new byte[31_000_000]) };
        request.Headers.ExpectContinue = true;
        using var patient = new HttpClient(new SocketsHttpHandler { Expect100ContinueTimeout = TimeSpan.FromMinutes(1) })
        {
            BaseAddress = process.Http.BaseAddress
        };
        using var response = await patient.SendAsync(request, Stop);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.StartsWith(
            "the body cannot be read: ", Detail(await response.Content.ReadFromJsonAsync<JsonElement>(Stop)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Company_IsFoundByIdIdentifierAndName()
    {
        await world.Handler().HandleAsync(Batch(Score("CN-USCC:1", 1, 0, 0.05), Score("CN-USCC:2", 1, 0, 0.35)), Stop);
        var company = await PostAsync("/api/companies/CN-USCC:2/identifiers", """{"scheme": "US-CIK", "value": "0000529900"}""");
        Assert.Equal("high", company.GetProperty("score").GetProperty("band").GetString());
        Assert.Equal(0.35, company.GetProperty("score").GetProperty("probability").GetDouble(), 9);

        Assert.Equal(["CN-USCC:2"], Ids(await GetAsync("/api/companies?scheme=US-CIK&value=529900")));
        Assert.Equal(["CN-USCC:1", "CN-USCC:2"], Ids(await GetAsync("/api/companies?name=company")));
        await world.Handler().HandleAsync(Batch(Score("US-CIK:77", 1, 0, 0.05)), Stop);
        Assert.Equal("US-CIK:77", (await GetAsync("/api/companies/US-CIK:0000000077")).GetProperty("id").GetString());
        Assert.Empty(Ids(await GetAsync("/api/companies?name=%25")));
        await GetAsync("/api/companies/CN-USCC:3", HttpStatusCode.NotFound);
        Assert.Contains(
            "belongs to CN-USCC:2",
            Detail(await PostAsync(
                "/api/companies/CN-USCC:1/identifiers", """{"scheme": "US-CIK", "value": "0000529900"}""", HttpStatusCode.Conflict)),
            StringComparison.Ordinal);
        await PostAsync("/api/companies/CN-USCC:1/identifiers", """{"scheme": "US-CIK", "value": "0000529900", "replace": true}""");
        Assert.Equal(["CN-USCC:1"], Ids(await GetAsync("/api/companies?scheme=US-CIK&value=529900")));
    }

    [Fact]
    public async Task ScoreHistory_IsPagedNewestFirst()
    {
        await world.Handler().HandleAsync(Batch(Enumerable.Range(1, 50).Select(i => Score("X:1", i, i * 100, 0.05))), Stop);
        var versions = new List<long>();
        for (var next = ""; next is not null;)
        {
            var page = await GetAsync($"/api/companies/X:1/scores?limit=7{(next.Length > 0 ? "&after=" + next : "")}");
            versions.AddRange(page.GetProperty("items").EnumerateArray().Select(s => s.GetProperty("state_version").GetInt64()));
            next = page.TryGetProperty("next", out var value) ? value.GetString() : null;
        }

        Assert.Equal(Enumerable.Range(1, 50).Reverse().Select(i => (long)i), versions);
        var some = await GetAsync("/api/companies/X:1/scores?from=2024-09-01&to=2025-02-05");
        Assert.Equal([4L, 3L], some.GetProperty("items").EnumerateArray().Select(s => s.GetProperty("state_version").GetInt64()));
        await GetAsync($"/api/companies/X:1/scores?after={DateTime.MaxValue.Ticks - 1}_1", HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Alerts_AreFilteredPagedAndAcknowledged()
    {
        await world.SubscribeAsync(["X:1", "X:2"]);
        await world.SubscribeAsync(["X:3"]);
        var handler = world.Handler();
        await handler.HandleAsync(Batch(Enumerable.Range(1, 3).Select(i => Score($"X:{i}", 1, i, 0.35))), Stop);

        var all = (await GetAsync("/api/alerts")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["X:3", "X:2", "X:1"], all.Select(a => a.GetProperty("company").GetProperty("id").GetString()));
        Assert.All(all, a => Assert.Equal("test, within 365 days", a.GetProperty("predicts").GetString()));
        var first = await GetAsync("/api/alerts?limit=2");
        Assert.Single((await GetAsync($"/api/alerts?limit=2&after={first.GetProperty("next").GetString()}"))
            .GetProperty("items").EnumerateArray());
        Assert.Equal(2, (await GetAsync("/api/alerts?portfolio=1")).GetProperty("items").GetArrayLength());
        Assert.Equal(1, (await GetAsync("/api/alerts?company=X:2&state=firing&from=2024-01-03&to=2024-01-04"))
            .GetProperty("items").GetArrayLength());

        var id = all[0].GetProperty("alert_id").GetString();
        var acknowledged = await PostAsync($"/api/alerts/{id}/acknowledge", """{"by": "李", "note": "看过"}""");
        Assert.Equal(("acknowledged", "李", "看过"), (
            acknowledged.GetProperty("state").GetString(), acknowledged.GetProperty("acknowledged_by").GetString(),
            acknowledged.GetProperty("note").GetString()));
        var again = await PostAsync($"/api/alerts/{id}/acknowledge", """{"by": "other"}""");
        Assert.Equal(acknowledged.ToString(), again.ToString());

        await handler.HandleAsync(Batch(Score("X:3", 2, 40, 0.01)), Stop);
        var refused = Detail(await PostAsync($"/api/alerts/{id}/acknowledge", """{"by": "李"}""", HttpStatusCode.Conflict));
        Assert.Equal($"alert {id} is resolved (recovered) as of 2024-02-10; only a firing alert can be acknowledged", refused);
        Assert.Equal("resolved", (await GetAsync($"/api/alerts/{id}")).GetProperty("alert").GetProperty("state").GetString());
        await GetAsync($"/api/alerts/{Guid.Empty}", HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Health_AlwaysAnswers_AndReadyNamesWhatIsAway()
    {
        Assert.Equal("ok", await process.Http.GetStringAsync("/health", Stop));
        using var response = await process.Http.GetAsync("/ready", Stop);
        var ready = await response.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal("Reachable", ready.GetProperty("parts").GetProperty("postgres").GetString());
        Assert.True(ready.GetProperty("parts").TryGetProperty("alerts", out _));
    }

    private static string[] Ids(JsonElement page) =>
        [.. page.GetProperty("items").EnumerateArray().Select(c => c.GetProperty("id").GetString()!)];

    private static string? Detail(JsonElement problem) => problem.GetProperty("detail").GetString();

    private Task<JsonElement> GetAsync(string url, HttpStatusCode expected = HttpStatusCode.OK) =>
        SendAsync(HttpMethod.Get, url, null, expected);

    private Task<JsonElement> PostAsync(string url, string body, HttpStatusCode expected = HttpStatusCode.OK) =>
        SendAsync(HttpMethod.Post, url, body, expected);

    private async Task<JsonElement> SendAsync(HttpMethod method, string url, string? body, HttpStatusCode expected = HttpStatusCode.OK)
    {
        using var request = new HttpRequestMessage(method, url);
        request.Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await process.Http.SendAsync(request, Stop);
        var text = await response.Content.ReadAsStringAsync(Stop);
        Assert.True(
            response.StatusCode == expected,
            $"{method} {url}: {(int)response.StatusCode} {text}\n{string.Join('\n', process.Log)}");
        Assert.Equal(
            (int)expected >= 400 ? "application/problem+json" : text.Length > 0 ? "application/json" : null,
            response.Content.Headers.ContentType?.MediaType);
        return text.Length > 0 ? JsonElement.Parse(text) : default;
    }
}
