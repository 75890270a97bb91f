@extended @exact-names
Feature: Legacy services and the deployment mode
  Services in ModelMesh mode belong to another controller: their legacy key is left as it is and no pod is made here. The
  mode is an annotation of the service or the default of the cluster, and releases differ in when that default counts.

  @rule-modelmesh-not-converted @rule-modelmesh-left-alone @core
  Scenario: A legacy service annotated for ModelMesh keeps its key and is left alone
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: ModelMesh}
      spec:
        predictor:
          sklearn: {storageUri: gs://example/models/model}
      """
    Then it is stored with legacy key "sklearn"
    And it is left alone by this controller

  @rule-modelmesh-left-alone @core
  Scenario: A service in the new schema that is annotated for ModelMesh is left alone
    Given a ClusterServingRuntime "serves-sklearn"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: ModelMesh}
      spec:
        predictor:
          model:
            modelFormat: {name: sklearn}
            storageUri: gs://example/models/model
      """
    Then it is left alone by this controller

  @rule-modelmesh-not-converted @since-0.9.0 @until-0.9.0
  Scenario Outline: In v0.9.0 a ModelMesh service of the legacy key <key> needs a version or crashes the webhook
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: ModelMesh}
      spec:
        predictor:
          <key>: {storageUri: gs://example/models/model}
      """
    Then the service is rejected

    Examples: Two of the keys
      | key        |
      | tensorflow |
      | pytorch    |

  @rule-modelmesh-not-converted @since-0.9.0 @until-0.9.0
  Scenario: In v0.9.0 a ModelMesh service of a legacy key with a version is stored as it is
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {serving.kserve.io/deploymentMode: ModelMesh}
      spec:
        predictor:
          tensorflow:
            storageUri: gs://example/models/model
            runtimeVersion: 2.6.2
      """
    Then it is stored with legacy key "tensorflow"

  @rule-modelmesh-default-converted @needs-default-mode @since-0.10.0
  Scenario: A default of ModelMesh is noted on a new legacy service that is converted all the same
    Given the default deployment mode is "ModelMesh"
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it is stored with format "sklearn"
    And its stored manifest has
      """
      metadata:
        annotations: {serving.kserve.io/deploymentMode: ModelMesh}
      """
    And it is left alone by this controller

  @rule-modelmesh-default-converted @rule-exactly-one-implementation @needs-default-mode @since-0.10.0
  Scenario: Where ModelMesh is the default, applying a legacy manifest a second time is rejected
    Given the default deployment mode is "ModelMesh"
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then the service is accepted
    When the service is applied again
    Then the service is rejected because "xactly one of ["

  @rule-modelmesh-not-converted @needs-default-mode @since-0.9.0 @until-0.9.0
  Scenario: In v0.9.0 a default of ModelMesh counts at once
    Given the default deployment mode is "ModelMesh"
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {team: a}
      spec:
        predictor:
          sklearn: {storageUri: gs://example/models/model}
      """
    Then it is stored with legacy key "sklearn"
    And its stored manifest has
      """
      metadata:
        annotations: {serving.kserve.io/deploymentMode: ModelMesh}
      """

  @rule-modelmesh-not-converted @needs-default-mode @until-0.8.0
  Scenario: In v0.8.0 only the service's own annotation keeps a legacy key from conversion
    Given the default deployment mode is "ModelMesh"
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then it is stored with format "sklearn"
    And it is stored without a legacy key

  @rule-raw-default-crashes-webhook @needs-default-mode @since-0.9.0 @until-0.9.0
  Scenario Outline: In v0.9.0 a default of <mode> crashes the webhook for a service without annotations
    Given the default deployment mode is "<mode>"
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then the service is rejected

    Examples: Both modes that are written into the service
      | mode          |
      | RawDeployment |
      | ModelMesh     |

  @rule-raw-default-crashes-webhook @needs-default-mode @since-0.9.0 @until-0.9.0
  Scenario: In v0.9.0 a default of RawDeployment is written into a service that has an annotation
    Given the default deployment mode is "RawDeployment"
    When this service is applied
      """
      metadata:
        name: model
        namespace: team-a
        annotations: {team: a}
      spec:
        predictor:
          sklearn: {storageUri: gs://example/models/model}
      """
    Then the service is accepted
    And it is stored with format "sklearn"
    And its stored manifest has
      """
      metadata:
        annotations: {serving.kserve.io/deploymentMode: RawDeployment}
      """

  @rule-raw-default-crashes-webhook @needs-default-mode @since-0.10.0 @until-0.15.2
  Scenario: From v0.10.0 on a default of RawDeployment is written into a service without annotations
    Given the default deployment mode is "RawDeployment"
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then the service is accepted
    And its stored manifest has
      """
      metadata:
        annotations: {serving.kserve.io/deploymentMode: RawDeployment}
      """

  @rule-raw-default-crashes-webhook @needs-default-mode @until-0.8.0
  Scenario: In v0.8.0 a default of RawDeployment does no harm to a service without annotations
    Given the default deployment mode is "RawDeployment"
    When a service in namespace "team-a" uses the legacy key "sklearn"
    Then the service is accepted
    And it is stored with format "sklearn"
