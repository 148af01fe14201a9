namespace K2.Abstractions.Cold;

/// <summary>The object store could not do what was asked, and did nothing that harms when it is asked again.</summary>
public class ObjectStoreException(string message, bool isTransient, Exception? inner = null) : K2Exception(message, isTransient, inner);
