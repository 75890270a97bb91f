@rule-shipped-installers-differ @extended @exact-names
Feature: One release, two installers, two catalogues
  A release can be installed from its manifests or from its Helm chart. Both bring runtimes, but not always the same ones,
  so a service may be served by one server in one cluster and by another, or none, in another cluster of that release.

  @since-0.9.0 @until-0.9.0
  Scenario: In v0.9.0 the runtimes of the Helm chart know no protocols, so sklearn over v2 gets the server of v1
    Given the runtimes that the Helm chart of KServe v0.9.0 installs
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "kserve-sklearnserver"

  @since-0.9.0 @until-0.9.0
  Scenario: In v0.9.0 the runtimes of the manifests give sklearn over v2 to MLServer
    Given the runtimes that KServe v0.9.0 ships
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "kserve-mlserver"

  @since-0.9.0 @until-0.9.0
  Scenario Outline: In v0.9.0 <format> runs on no runtime of the Helm chart
    Given the runtimes that the Helm chart of KServe v0.9.0 installs
    When a service in namespace "team-a" requests "<format>"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples: Listed there, but not for automatic choice
      | format   |
      | tensorrt |

  @since-0.10.2 @until-0.10.2
  Scenario: In v0.10.2 the Helm chart serves lightgbm 2 with LightGBM's own server
    Given the runtimes that the Helm chart of KServe v0.10.2 installs
    When a service in namespace "team-a" requests "lightgbm" version "2"
    Then it runs on ClusterServingRuntime "kserve-lgbserver"

  @since-0.10.2 @until-0.10.2
  Scenario: In v0.10.2 the Helm chart serves lightgbm 3 with MLServer
    Given the runtimes that the Helm chart of KServe v0.10.2 installs
    When a service in namespace "team-a" requests "lightgbm" version "3"
    Then it runs on ClusterServingRuntime "kserve-mlserver"

  @since-0.10.2 @until-0.10.2
  Scenario: In v0.10.2 the manifests serve lightgbm 3 with LightGBM's own server
    Given the runtimes that KServe v0.10.2 ships
    When a service in namespace "team-a" requests "lightgbm" version "3"
    Then it runs on ClusterServingRuntime "kserve-lgbserver"

  @since-0.12.0
  Scenario Outline: huggingface without a protocol runs on no runtime of the Helm chart of <release>
    Given the runtimes that the Helm chart of KServe <release> installs
    When a service "unset" in namespace "team-a" requests "huggingface"
    Then it has no runtime because of "NoSupportingRuntime"
    When a service "v2" in namespace "team-a" requests "huggingface" over "v2"
    Then it runs on ClusterServingRuntime "kserve-huggingfaceserver"

    @until-0.12.0
    Examples: The first release with the runtime
      | release |
      | v0.12.0 |

    @since-0.12.1 @until-0.12.1
    Examples: And the second
      | release |
      | v0.12.1 |

  @since-0.13.0 @until-0.16.0
  Scenario Outline: huggingface without a protocol runs on the runtime of the Helm chart of <release>
    Given the runtimes that the Helm chart of KServe <release> installs
    When a service in namespace "team-a" requests "huggingface"
    Then it runs on ClusterServingRuntime "kserve-huggingfaceserver"

    @until-0.13.0
    Examples: v0.13.0
      | release |
      | v0.13.0 |

    @since-0.15.2 @until-0.15.2
    Examples: v0.15.2
      | release |
      | v0.15.2 |

    @since-0.16.0
    Examples: v0.16.0
      | release |
      | v0.16.0 |

  @since-0.17.0
  Scenario Outline: The Helm chart of <release> brings no runtimes, so sklearn has none
    Given the runtimes that the Helm chart of KServe <release> installs
    When a service in namespace "team-a" requests "sklearn"
    Then it has no runtime because of "NoSupportingRuntime"

    @until-0.17.0
    Examples: v0.17.0
      | release |
      | v0.17.0 |

    @since-0.19.0 @until-0.19.0
    Examples: v0.19.0
      | release |
      | v0.19.0 |

    @since-0.20.0
    Examples: v0.20.0
      | release |
      | v0.20.0 |
