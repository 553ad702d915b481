using LlmRouting.Learning;

namespace LlmRouting.Core.Tests.Learning;

public sealed class FeatureHasherTests
{
    private const string Question = "What is the square root of 2, and why is it irrational?";

    [Test]
    [Description("S23: features captured today can train a router of tomorrow: these numbers change only together with FeatureVersion.")]
    public void Hash_IsTheSameOnEveryPlatformAndForEver()
    {
        HashedFeatures features = new FeatureHasher().Hash("Cats & dogs");

        Assert.That(features.Version, Is.EqualTo(1));
        Assert.That(features.Indices.Length, Is.EqualTo(features.Counts.Length));
        Assert.That(Checksum(features), Is.EqualTo(Golden));
    }

    [TestCase("")]
    [TestCase("a")]
    [TestCase("ab")]
    [TestCase("The quick brown fox jumps over the lazy dog, twice; the quick brown fox.")]
    public void Hash_VectorsAndScalarsAgree(string text)
    {
        // Every n-gram of the text stands at another place of the vector once a blank-free prefix is put before it: what the prefix does not
        // touch must be found again.
        var hasher = new FeatureHasher();
        HashSet<int> alone = [.. hasher.Hash(text).Indices];

        for (int shift = 1; shift < 20; shift++)
        {
            HashedFeatures shifted = hasher.Hash(new string('z', shift) + " " + text);
            Assert.That(alone.Where(index => index >= hasher.FirstGramIndex).Except(shifted.Indices), Is.Empty);
        }
    }

    [Test]
    public void Hash_SortsAndCountsEachFeatureOnce()
    {
        HashedFeatures features = new FeatureHasher().Hash(Question);

        Assert.That(features.Indices, Is.Ordered.Ascending);
        Assert.That(features.Indices, Is.Unique);
        Assert.That(features.Counts, Is.All.Positive);
        Assert.That(features.Dense, Has.Length.EqualTo(DenseFeatures.Names.Length));
    }

    [Test]
    public void Hash_IgnoresCaseAndRepeatedBlanks()
    {
        var hasher = new FeatureHasher();

        Assert.That(hasher.Hash("WHAT   is\n this").Indices, Is.EqualTo(hasher.Hash("what is this").Indices));
    }

    [Test]
    [Description("Privacy: what is captured holds numbers only, in an order that says nothing about the order of the words.")]
    public void HashedFeatures_HoldNoText()
    {
        HashedFeatures features = new FeatureHasher().Hash("my password is hunter2");

        Assert.That(features.ToString(), Does.Not.Contain("hunter2").And.Not.Contain("password"));
        Assert.That(
            typeof(HashedFeatures).GetProperties().Select(static property => property.PropertyType),
            Has.None.EqualTo(typeof(string)).And.None.EqualTo(typeof(char[])));
        Assert.That(new FeatureHasher().Hash("is my password hunter2").Counts.Sum(), Is.EqualTo(features.Counts.Sum()).Within(4));
    }

    [Test]
    [Description("R24: input is bounded.")]
    public void Hash_ReadsABoundedPartOfAHugeText()
    {
        string text = string.Concat(Enumerable.Range(0, 200_000).Select(static i => $"word{i} "));

        HashedFeatures features = new FeatureHasher().Hash(text);

        Assert.That(features.Indices, Has.Length.LessThan(5 * FeatureHasherSettings.Default.MaxCharacters));
        Assert.That(features.Dense[0], Is.EqualTo(Math.Log(1 + text.Length)).Within(1e-3));
    }

    [Test]
    public void Hash_IntoABuffer_AllocatesNothingOnceWarm()
    {
        var hasher = new FeatureHasher();
        using var buffer = new FeatureBuffer();
        hasher.Hash(Question, buffer);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            hasher.Hash(Question, buffer);
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.Zero);
    }

    [Test]
    public void HashGrams_IsHashWithoutTheWords()
    {
        var hasher = new FeatureHasher();
        using var buffer = new FeatureBuffer();
        hasher.HashGrams(Question, buffer);
        HashedFeatures all = hasher.Hash(Question);
        Dictionary<int, int> expected = [];
        for (int i = 0; i < all.Indices.Length; i++)
        {
            if (all.Indices[i] >= hasher.FirstGramIndex)
            {
                expected[all.Indices[i]] = all.Counts[i];
            }
        }

        Dictionary<int, int> actual = [];
        for (int i = 0; i < buffer.Count; i++)
        {
            actual[buffer.Indices[i]] = buffer.Counts[i];
        }

        Assert.That(actual, Is.EquivalentTo(expected));
        Assert.That(buffer.Dense.ToArray(), Is.EqualTo(all.Dense));
    }

    [Test]
    public void Hash_TakesBrokenSurrogatesAndForeignScripts()
    {
        var hasher = new FeatureHasher();

        Assert.That(hasher.Hash("\uD800 x \uDC00").Indices, Is.Not.Empty);
        Assert.That(hasher.Hash("Почему небо синее?").Indices, Is.EqualTo(hasher.Hash("почему НЕБО синее?").Indices));
        Assert.That(hasher.Hash("空はなぜ青いのですか").Indices, Is.Not.Empty);
    }

    [TestCase(9)]
    [TestCase(25)]
    public void Constructor_RejectsSettingsOutOfRange(int bits) =>
        Assert.That(() => new FeatureHasher(new FeatureHasherSettings { Bits = bits }), Throws.TypeOf<ArgumentOutOfRangeException>().With.Message.Contains($"Bits is {bits}"));

    private const ulong Golden = 4477334669042923739;

    private static ulong Checksum(HashedFeatures features)
    {
        ulong sum = 14695981039346656037;
        for (int i = 0; i < features.Indices.Length; i++)
        {
            sum = unchecked((sum ^ (uint)features.Indices[i]) * 1099511628211);
            sum = unchecked((sum ^ (uint)features.Counts[i]) * 1099511628211);
        }

        return sum;
    }
}
