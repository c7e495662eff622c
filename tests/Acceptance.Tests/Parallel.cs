// Each test runs several processes; together they would only wait for each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
